// SPDX-License-Identifier: MIT
// What a draw may depend on besides its key.
// infrastructure: what stages read
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "mgkit/augment/checked_span.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Facts about the clip a stage will be applied to. Never its coordinates.
struct clip_info {
    skeleton::pose_shape shape;
    int length = 0;  ///< valid frames
    /// Mean confidence of each joint in [0, 1] over the whole clip, before any stage; empty where
    /// the layout has none or no stage asks for it. Points into the workspace that described it.
    checked_span<const double> joint_confidence;
};

/// Mean of each joint's confidence, clamped to [0, 1], over the valid frames of the persons that
/// are there (have a valid joint in that frame); 0 for a joint of nobody. `present` is scratch.
/// Sums run in double in index order: equal values give equal bits. Cost: length * V * M.
template <class S>
void mean_confidence(skeleton::pose_view<const S> clip, std::vector<double>& mean,
                     std::vector<double>& present) {
    const auto persons = static_cast<std::size_t>(clip.shape.persons);
    const auto joints = static_cast<std::size_t>(clip.shape.joints);
    const int channel = skeleton::coordinates(clip.shape.layout);
    mean.assign(joints, 0);
    present.resize(persons);
    double observations = 0;
    for (int t = 0; t < clip.length; ++t) {
        const S* const row = clip.row(channel, t);
        std::fill(present.begin(), present.end(), 0.0);
        for (std::size_t v = 0; v < joints; ++v)
            for (std::size_t m = 0; m < persons; ++m) {
                const double c = static_cast<double>(row[v * persons + m]);
                if (!(c > 0)) continue;
                mean[v] += std::min(c, 1.0);
                present[m] = 1;
            }
        for (double there : present) observations += there;
    }
    if (observations > 0)
        for (double& value : mean) value /= observations;
}

}  // namespace MGKIT_NAMESPACE::augment
