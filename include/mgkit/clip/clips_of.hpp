// infrastructure: from recordings to what training reads
// Windows of recordings as a set of clips.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/clip/cut.hpp"
#include "mgkit/data/clip_set.hpp"

namespace MGKIT_NAMESPACE::clip {

/// A recording and windows in it: sampled ones, annotated ones, or a sliding window's.
struct windows_of {
    const data::recording* from = nullptr;
    std::vector<data::segment> windows;
};

/// How windows become clips.
struct clip_settings {
    int frames = 64;  ///< of a clip; longer windows are resampled to as many
    double rate = 0;  ///< frames per second of all clips; 0: the one rate that all recordings have
    /// Of labelled clips; empty for clips without the windows' labels.
    std::vector<std::string> class_names{};
};

/// A set of clips and which window each was made of.
struct window_clips {
    data::clip_set clips;
    struct place {
        std::size_t recording;  ///< in the list that was handed in
        data::segment window;
    };
    std::vector<place> places;  ///< in the order of the clips
    int without_joint = 0;      ///< windows left out because they show no joint
    int resampled = 0;          ///< clips that are longer than `frames` at the rate
};

/// Every window as a clip (see `cut`), numbered in order; subjects are the recordings'. Windows
/// that show no joint are left out and counted.
///
/// Errors: no recording, no window left, recordings of different skeletons or channels, frame rates
/// that differ where `rate` is 0, unknown subjects, a label outside `class_names`; those of `cut`.
/// Randomness: none. Cost: the clips' memory, C T V for each.
inline window_clips clips_of(std::span<const windows_of> recordings, const clip_settings& s) {
    const std::string where = "clips_of";
    if (recordings.empty()) throw error(where, "at least one recording", "none");
    window_clips out;
    data::clip_set& clips = out.clips;
    std::vector<float> values;
    skeleton::pose<float> made;
    for (std::size_t r = 0; r < recordings.size(); ++r) {
        const data::recording& from = *recordings[r].from;
        data::check(from);
        const data::recording& first = *recordings[0].from;
        if (from.topology.joints != first.topology.joints ||
            from.poses.shape().layout != first.poses.shape().layout)
            throw error(where + ": " + from.name, "the skeleton and channels of " + first.name,
                        "others", "convert the recordings to one skeleton first");
        if (s.rate == 0 && from.fps != first.fps)
            throw error(where + ": " + from.name,
                        text("the ", first.fps, " frames per second of ", first.name),
                        text(from.fps), "state the rate of the clips");
        if (from.subject < 0)
            throw error(where + ": " + from.name, "a subject", "none",
                        "say who is seen: splits keep people apart");
        for (const data::segment& window : recordings[r].windows) {
            cut(from, window, s.frames, made, s.rate);
            const auto view = std::as_const(made).view();
            bool shown = false;
            for (int t = 0; t < view.length && !shown; ++t)
                for (int v = 0; v < view.shape.joints && !shown; ++v) shown = view.valid(t, v);
            if (!shown) {
                ++out.without_joint;
                continue;
            }
            out.resampled += frames_at_rate(window.length(), from.fps, s.rate) > s.frames ? 1 : 0;
            values.insert(values.end(), view.values, view.values + view.shape.size());
            clips.ids.push_back(static_cast<std::uint32_t>(out.places.size()));
            clips.num_frames.push_back(view.length);
            clips.subjects.push_back(from.subject);
            if (!s.class_names.empty()) clips.labels.push_back(window.label);
            out.places.push_back({r, window});
        }
    }
    if (out.places.empty())
        throw error(where, "at least one window that shows a joint",
                    text(out.without_joint, " that show none"));
    const data::recording& first = *recordings[0].from;
    clips.topology = first.topology;
    clips.shape = first.poses.shape();
    clips.shape.frames = s.frames;
    clips.class_names = s.class_names;
    clips.set_values(std::move(values));
    data::check(clips);
    return out;
}

}  // namespace MGKIT_NAMESPACE::clip
