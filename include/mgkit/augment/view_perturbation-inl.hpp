// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/view_perturbation.hpp"

#include <algorithm>
#include <cmath>
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
    const std::size_t main_axis = stream.below(3);
    plan p;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const double bound = axis == main_axis ? wide : narrow;
        p.angles[axis] =
            draw_within(stream, flat && axis < 2 ? std::min(bound, out_of_plane) : bound);
    }
    return p;
}

MGKIT_INLINE matrix3 view_perturbation::rotation(const plan& p) {
    const auto [cx, cy, cz] =
        std::array{std::cos(p.angles[0]), std::cos(p.angles[1]), std::cos(p.angles[2])};
    const auto [sx, sy, sz] =
        std::array{std::sin(p.angles[0]), std::sin(p.angles[1]), std::sin(p.angles[2])};
    return {{{cz * cy, cz * sy * sx + sz * cx, sz * sx - cz * sy * cx},
             {-sz * cy, cz * cx - sz * sy * sx, sz * sy * cx + cz * sx},
             {sy, -cy * sx, cy * cx}}};
}

}  // namespace MGKIT_NAMESPACE::augment
