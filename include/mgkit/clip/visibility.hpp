// SPDX-License-Identifier: MIT
// infrastructure: what samplers ask about frames
// In which frames a person is seen well enough, answered for whole intervals at once.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::clip {

/// Which frames of a recording show every anchor joint at or above a confidence.
///
/// Runs are found once, so that asking about an interval costs the same for any length.
/// Source: MG-FM, section 4.2 (nose, eyes and ears in every frame of the interval).
class visibility {
public:
    /// Every frame counts as seen.
    explicit visibility(int frames) : hidden_from_(size_of(frames), frames) {}

    /// From one decision per frame.
    explicit visibility(const std::vector<bool>& seen);

    int frames() const { return static_cast<int>(hidden_from_.size()); }
    /// Errors: mgkit::error for a frame that is not there.
    bool seen(int frame) const { return whole(frame, frame + 1); }
    /// Whether every frame of [start, end) is seen. Cost: constant.
    /// Errors: mgkit::error unless 0 <= start < end <= frames().
    bool whole(int start, int end) const {
        if (start < 0 || start >= end || end > frames())
            throw error("visibility", text("an interval within ", frames(), " frames"),
                        text(start, " to ", end));
        return hidden_from_[static_cast<std::size_t>(start)] >= end;
    }
    int seen_frames() const;

private:
    static std::size_t size_of(int frames);
    std::vector<int> hidden_from_;  ///< first hidden frame at or after each frame
};

/// Frames in which every joint of `anchors` has at least `threshold` confidence.
///
/// Without confidence, or without anchors, every frame counts as seen: callers say so to people.
/// Errors: mgkit::error for anchors that the clip does not have, a threshold outside [0, 1], more
/// than one person, no valid frame. Cost: T times anchors.
template <class S>
visibility visible_frames(skeleton::pose_view<const S> poses, std::span<const int> anchors,
                          double threshold) {
    constexpr auto where = "visible_frames";
    if (!(threshold >= 0 && threshold <= 1))
        throw error(where, "a threshold from 0 to 1", text(threshold));
    if (poses.shape.persons != 1) throw error(where, "one person", text(poses.shape.persons));
    for (const int a : anchors)
        if (a < 0 || a >= poses.shape.joints)
            throw error(where, text("anchors from 0 to ", poses.shape.joints - 1), text(a));
    if (poses.length < 1 || poses.length > poses.shape.frames)
        throw error(where, text("1 to ", poses.shape.frames, " valid frames"), text(poses.length));
    if (poses.confidence() == nullptr || anchors.empty()) return visibility(poses.length);
    const int c = skeleton::coordinates(poses.shape.layout);
    std::vector<bool> seen(static_cast<std::size_t>(poses.length), true);
    for (int t = 0; t < poses.length; ++t)
        for (const int a : anchors)
            if (!(poses.at(c, t, a) > S(0) && static_cast<double>(poses.at(c, t, a)) >= threshold))
                seen[static_cast<std::size_t>(t)] = false;
    return visibility(seen);
}

}  // namespace MGKIT_NAMESPACE::clip

#if !defined(MGKIT_COMPILED)
#include "mgkit/clip/visibility-inl.hpp"
#endif
