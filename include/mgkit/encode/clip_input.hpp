// SPDX-License-Identifier: MIT
// From a clip on the host to the block of numbers an encoder reads.
// infrastructure
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mgkit/clip/resample.hpp"
#include "mgkit/encode/embedding.hpp"
#include "mgkit/skeleton/graph.hpp"
#include "mgkit/skeleton/streams.hpp"

namespace MGKIT_NAMESPACE::encode {

/// How clips enter the encoder.
struct input_settings {
    int frames = 64;
    skeleton::stream stream = skeleton::stream::joint;
    bool confidence = false;  ///< whether the confidence channel is one of the encoder's channels
};

/// Writes clips of one skeleton as encoder input C T V M: resampled, one stream of them, with or
/// without confidence. Holds no buffers; callers keep one `scratch` per thread.
class clip_input {
public:
    struct scratch {
        skeleton::pose<float> resampled, streamed;
    };

    template <skeleton::topology Topology>
    clip_input(const Topology& of, const skeleton::pose_shape& clip, const input_settings& s)
        : settings_(s),
          stream_(s.stream, of, clip.persons),
          shape_(clip),
          graph_(skeleton::graph_text(skeleton::graph_of(of))) {
        if (skeleton::joint_count(of) != clip.joints)
            throw error("clip_input",
                        text("clips of the ", skeleton::joint_count(of), " joints of ",
                             std::string_view(of.name)),
                        text(clip.joints), "use the topology of the data");
        if (s.confidence && !skeleton::has_confidence(clip.layout))
            throw error("clip_input", "a layout with confidence", skeleton::name(clip.layout),
                        "switch the confidence channel off");
        shape_.frames = s.frames;
        if (!skeleton::countable(shape_))
            throw error("clip_input", "at least one frame, joint and person",
                        text(shape_.frames, " frames, ", shape_.joints, " joints, ", shape_.persons,
                             " persons"));
    }

    const input_settings& settings() const { return settings_; }
    /// Extents of a view before its stream is taken: T = settings.frames.
    const skeleton::pose_shape& view_shape() const { return shape_; }
    clip_extents extents() const {
        const int extra = settings_.confidence ? 1 : 0;
        return {skeleton::coordinates(shape_.layout) + extra, shape_.frames, shape_.joints,
                shape_.persons};
    }
    /// Joints and bones of one person, for encoders that are made for a graph
    /// (skeleton::parse_graph).
    const std::string& graph() const { return graph_; }
    /// Values per clip.
    std::size_t size() const {
        return static_cast<std::size_t>(extents().channels) * shape_.plane();
    }
    /// Whether a view is the input already, so that it can be augmented in place.
    bool passes_views() const {
        return settings_.stream == skeleton::stream::joint &&
               (settings_.confidence || !skeleton::has_confidence(shape_.layout));
    }

    /// Writes a view of `settings.frames` frames.
    void write(skeleton::pose_view<const float> view, std::span<float> out, scratch& work) const {
        if (view.shape != shape_ || out.size() != size())
            throw error("clip_input", text(shape_.frames, " frames of ", shape_.joints, " joints"),
                        text(view.shape.frames, " frames of ", view.shape.joints, " joints"));
        const float* from = view.plane(0);
        if (settings_.stream != skeleton::stream::joint) {
            work.streamed.resize(shape_, view.length);
            stream_(view, work.streamed.view());
            from = work.streamed.view().values;
        }
        std::copy_n(from, out.size(), out.data());
    }

    /// Writes a whole clip, resampled to `settings.frames` (the evaluation crop of ratio 1).
    void write_whole(skeleton::pose_view<const float> clip, std::span<float> out,
                     scratch& work) const {
        work.resampled.resize(shape_, shape_.frames);
        clip::resample<float>(clip, 0, clip.length, work.resampled.view());
        write(std::as_const(work.resampled).view(), out, work);
    }

private:
    input_settings settings_;
    skeleton::stream_of stream_;
    skeleton::pose_shape shape_;
    std::string graph_;
};

/// How clips enter the encoder, in words.
inline std::string input_text(const clip_input& input) {
    const auto& [frames, stream, confidence] = input.settings();
    return text(skeleton::name(stream), " stream, ", frames, " frames, ",
                confidence ? "with" : "without", " confidence");
}

}  // namespace MGKIT_NAMESPACE::encode
