// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/coordinate_perturbation.hpp"

#include <algorithm>

#include "mgkit/augment/draws.hpp"
#include "mgkit/augment/index_set.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE void coordinate_perturbation::check() const {
    detail::check_setting(name, "tau", tau, 1e-6, 1e9);
    detail::check_setting(name, "joints", joints, 0, most_joints);
    detail::check_setting(name, "cap", cap, 0, 1e9);
}

MGKIT_INLINE coordinate_perturbation::plan coordinate_perturbation::draw(
    random_stream& stream, const clip_info& info) const {
    check();
    const int there = info.shape.joints;
    const index_set drawn = draw_subset(stream, 0, there, std::min(joints, there));
    const auto d = static_cast<std::size_t>(skeleton::coordinates(info.shape.layout));
    plan p;
    for (int v = 0; v < there; ++v) {
        if (!drawn.contains(v)) continue;
        moved_joint& moved = p.moved[static_cast<std::size_t>(p.count++)];
        moved.joint = v;
        for (std::size_t c = 0; c < d; ++c) moved.direction[c] = draw_within(stream, 1);
    }
    return p;
}

MGKIT_INLINE void coordinate_perturbation::check_plan(const plan& p, int joints_there) const {
    detail::check_setting(name, "joints of the plan", p.count, 0, most_joints);
    for (std::size_t i = 0; i < static_cast<std::size_t>(p.count); ++i) {
        const moved_joint& moved = p.moved[i];
        if (moved.joint < 0 || moved.joint >= joints_there)
            throw error("augment::coordinate_perturbation", text("joints below ", joints_there),
                        text("joint ", moved.joint), "draw the plan for this clip");
        for (const double r : moved.direction)
            detail::check_setting(name, "direction of the plan", r, -1, 1);
    }
}

}  // namespace MGKIT_NAMESPACE::augment
