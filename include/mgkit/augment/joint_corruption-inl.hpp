// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/joint_corruption.hpp"

#include <cmath>
#include <cstddef>

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

namespace detail {

MGKIT_INLINE void draw_damage(random_stream& stream, double erase_share, int dimension,
                              joint_damage& plan) {
    plan.kind = stream.uniform() < erase_share ? damage::erase : damage::map;
    if (plan.kind == damage::erase) return;
    const auto d = static_cast<std::size_t>(dimension);
    for (std::size_t r = 0; r < d; ++r)
        for (std::size_t c = 0; c < d; ++c) plan.mixing[r][c] = draw_within(stream, 1);
}

}  // namespace detail

MGKIT_INLINE joint_corruption::plan joint_corruption::draw(random_stream& stream,
                                                           const clip_info& info) const {
    detail::check_setting(name, "fraction", fraction, 0, 1);
    detail::check_setting(name, "erase_share", erase_share, 0, 1);
    const int joints = info.shape.joints;
    plan p;
    p.joints = draw_subset(stream, 0, joints, static_cast<int>(std::lround(fraction * joints)));
    detail::draw_damage(stream, erase_share, skeleton::coordinates(info.shape.layout), p);
    return p;
}

}  // namespace MGKIT_NAMESPACE::augment
