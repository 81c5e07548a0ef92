// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/axis_mask.hpp"

#include <cstdint>

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE axis_mask::plan axis_mask::draw(random_stream& stream, const clip_info& info) const {
    detail::check_setting(name, "probability", probability, 0, 1);
    const bool masked = stream.uniform() < probability;
    const auto axes = static_cast<std::uint32_t>(skeleton::coordinates(info.shape.layout));
    const int axis = static_cast<int>(stream.below(axes));
    return {masked ? axis : -1};
}

MGKIT_INLINE void axis_mask::check(const plan& p, int dimension) {
    detail::check_setting(name, "axis of the plan", p.axis, -1, dimension - 1);
}

}  // namespace MGKIT_NAMESPACE::augment
