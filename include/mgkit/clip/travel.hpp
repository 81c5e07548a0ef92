// Whether people in a set stay in place or walk about.
// infrastructure: no part of a sampler
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "mgkit/clip/body_frame.hpp"
#include "mgkit/data/clip_set.hpp"

namespace MGKIT_NAMESPACE::clip {

/// How far the centre joint travels within a clip, in body sizes: diagonal of the box around its
/// positions over the distance of the scale pair; the median over the clips `indices`. Clips
/// without a usable body do not count; 0 if none is left.
///
/// Uses coordinates only, no labels, so it may be taken from the training side to choose a
/// preparation: below about one body size people stay in place, and positions relative to the clip
/// keep the movements of their torso (`reference_rule::per_clip`); beyond it they walk, their path
/// outweighs every gesture, and `per_frame` takes it out. Cost: one pass over the centre and the
/// scale pair.
inline double centre_travel(const preprocess_settings& settings, const data::clip_set& clips,
                            std::span<const int> indices) {
    preprocess_settings by_frame = settings;
    by_frame.reference = reference_rule::per_frame;
    by_frame.scale = scale_rule::body;
    const reference_joints joints = skeleton::references(clips.topology);
    std::vector<double> travels;
    for (const int i : indices) {
        const body_frame frame = find_body_frame(by_frame, joints, clips.clip(i));
        if (frame.fault != clip_fault::none) continue;
        std::array<double, 3> low = frame.origin.front(), high = low;
        for (const auto& at : frame.origin)
            for (std::size_t d = 0; d < 3; ++d) {
                low[d] = std::min(low[d], at[d]);
                high[d] = std::max(high[d], at[d]);
            }
        travels.push_back(detail::distance(low, high) / frame.scale);
    }
    return travels.empty() ? 0 : detail::summary(travels, statistic::median);
}

}  // namespace MGKIT_NAMESPACE::clip
