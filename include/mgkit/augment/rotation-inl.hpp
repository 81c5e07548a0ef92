// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/rotation.hpp"

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE rotation::plan rotation::draw(random_stream& stream, const clip_info& info) const {
    detail::check_setting(name, "main_angle", main_angle, 0, 3.1415926535897936);
    detail::check_setting(name, "other_angle", other_angle, 0, 3.1415926535897936);
    plan p;
    if (skeleton::coordinates(info.shape.layout) == 2) {
        p.angles[2] = draw_between(stream, 0, main_angle);
        return p;
    }
    const std::size_t main_axis = stream.below(3);
    for (std::size_t axis = 0; axis < 3; ++axis)
        p.angles[axis] = draw_between(stream, 0, axis == main_axis ? main_angle : other_angle);
    return p;
}

}  // namespace MGKIT_NAMESPACE::augment
