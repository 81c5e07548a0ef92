// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/clip/travel.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace MGKIT_NAMESPACE::clip {

MGKIT_INLINE double centre_travel(const preprocess_settings& settings, const data::clip_set& clips,
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
