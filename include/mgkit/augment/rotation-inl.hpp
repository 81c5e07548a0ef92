// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/rotation.hpp"

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE rotation::plan rotation::draw(random_stream& stream, const clip_info& info) const {
    detail::check_setting(name, "main_angle", main_angle, 0, 3.1415926535897936);
    detail::check_setting(name, "other_angle", other_angle, 0, 3.1415926535897936);
    if (skeleton::coordinates(info.shape.layout) == 2)
        return {{0, 0, draw_between(stream, 0, main_angle)}};
    return draw_turns(stream, [&](std::size_t, bool main) {
        return draw_between(stream, 0, main ? main_angle : other_angle);
    });
}

}  // namespace MGKIT_NAMESPACE::augment
