// One person over the whole of a recording, and the intervals somebody marked in it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

/// How the match ended for the person interviewed: a recorded fact, not a state of mind.
enum class outcome { loss, win };

/// Frames [start, end) of a recording, with a class. Frames count from 0 at the recording's rate.
struct segment {
    int start = 0;
    int end = 0;
    int label = 0;
    int annotator = 0;

    constexpr int length() const { return end - start; }
    friend constexpr bool operator==(const segment&, const segment&) = default;
};

/// Whether frames [start, end) lie on both sides of one of `cuts`, which rise: frames at which
/// another body begins (see primary_report::cuts). Cost: log cuts.
inline bool runs_across(std::span<const int> cuts, int start, int end) {
    const auto next = std::upper_bound(cuts.begin(), cuts.end(), start);
    return next != cuts.end() && *next < end;
}

/// An untrimmed recording of one person: C T V M with M = 1, every frame present.
///
/// Joints that were not seen have confidence 0 and coordinates 0; a layout without confidence says
/// that every joint was seen.
struct recording {
    std::string name;  ///< unique in its corpus; random draws are keyed by it
    int subject = -1;  ///< -1 unknown
    double fps = 0;    ///< frames per second; 0 unknown
    std::optional<outcome> result;
    skeleton::dynamic topology;
    skeleton::pose<float> poses;
    int width = 0, height = 0;  ///< of the picture, pixels; 0 unknown

    int frames() const { return poses.length(); }
    double seconds() const { return fps > 0 ? frames() / fps : 0; }
};

/// Errors: mgkit::error for a recording without frames, with several persons, or whose joints are
/// not those of its skeleton. Cost: constant.
inline void check(const recording& r) {
    const std::string where = "recording " + r.name;
    if (r.frames() < 1) throw error(where, "at least one frame", "none");
    if (r.poses.shape().persons != 1)
        throw error(where, "one person", text(r.poses.shape().persons),
                    "choose one with primary_person");
    if (r.poses.shape().joints != skeleton::joint_count(r.topology))
        throw error(where, text(skeleton::joint_count(r.topology), " joints, as its skeleton has"),
                    text(r.poses.shape().joints));
    if (r.fps < 0) throw error(where, "a frame rate of at least 0", text(r.fps));
}

/// Gives a recording without confidence a channel of it, 1 everywhere, so that recordings of one
/// corpus agree; one with confidence stays as it is. Cost: C T V.
inline void add_confidence(recording& r) {
    skeleton::pose_shape shape = r.poses.shape();
    if (skeleton::has_confidence(shape.layout)) return;
    const skeleton::pose<float> before = r.poses;
    shape.layout = shape.layout == skeleton::channel_layout::xy ? skeleton::channel_layout::xyc
                                                                : skeleton::channel_layout::xyzc;
    r.poses.resize(shape, before.length());
    const auto from = before.view();
    const auto to = r.poses.view();
    const int dims = skeleton::coordinates(shape.layout);
    for (int c = 0; c < dims; ++c)
        std::copy(from.plane(c), from.plane(c) + shape.plane(), to.plane(c));
    std::fill(to.plane(dims), to.plane(dims) + shape.plane(), 1.0f);
}

}  // namespace MGKIT_NAMESPACE::data
