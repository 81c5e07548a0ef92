// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/view_perturbation.hpp"

#include <algorithm>
#include <cstddef>

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE view_perturbation::plan view_perturbation::draw(random_stream& stream,
                                                             const clip_info& info) const {
    constexpr double pi = 3.1415926535897936;
    detail::check_setting(name, "wide", wide, 0, pi);
    detail::check_setting(name, "narrow", narrow, 0, pi);
    detail::check_setting(name, "out_of_plane", out_of_plane, 0, pi / 2);
    const bool flat = skeleton::coordinates(info.shape.layout) == 2;
    return draw_turns(stream, [&](std::size_t axis, bool main) {
        const double bound = main ? wide : narrow;
        return draw_within(stream, flat && axis < 2 ? std::min(bound, out_of_plane) : bound);
    });
}

}  // namespace MGKIT_NAMESPACE::augment
