// SPDX-License-Identifier: MIT
// Clips and plans of tests whose values are worked out by hand.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mgkit/augment/concept.hpp"
#include "mgkit/testing/augmentation.hpp"

namespace MGKIT_NAMESPACE::test {

using path = std::vector<double>;

inline augment::clip_info info_of(skeleton::channel_layout layout, int frames, int joints = 5,
                                  int persons = 1) {
    return {{layout, frames, joints, persons}, frames, {}};
}

template <class A>
typename A::plan nth_plan(const A& stage, std::uint32_t clip, const augment::clip_info& info) {
    return augment::draw(stage, {.seed = 7, .clip = clip}, info);
}

template <class A>
skeleton::pose<double> view_of(const A& stage, const typename A::plan& plan,
                               const skeleton::pose<double>& clip) {
    augment::workspace<double> work;
    return testing::detail::applied(stage, plan, clip, work);
}

/// One row of x per joint, y all 0, and `padding` frames behind them that hold `beyond`.
inline skeleton::pose<double> paths(const std::vector<path>& rows, int padding = 0,
                                    double beyond = 0) {
    const int length = static_cast<int>(rows[0].size());
    skeleton::pose<double> clip(
        {skeleton::channel_layout::xy, length + padding, static_cast<int>(rows.size()), 1}, length);
    const auto view = clip.view();
    std::fill_n(view.values, view.shape.size(), 0.);
    for (int v = 0; v < view.shape.joints; ++v)
        for (int t = 0; t < length + padding; ++t)
            view.at(0, t, v) = t < length
                                   ? rows[static_cast<std::size_t>(v)][static_cast<std::size_t>(t)]
                                   : beyond;
    return clip;
}
/// One joint.
inline skeleton::pose<double> path_clip(const path& row, int padding = 0) {
    return paths({row}, padding, 99);
}

/// The x of a joint in every frame.
inline path path_of(const skeleton::pose<double>& clip, int joint = 0) {
    path out;
    for (int t = 0; t < clip.shape().frames; ++t) out.push_back(clip.view().at(0, t, joint));
    return out;
}

}  // namespace MGKIT_NAMESPACE::test
