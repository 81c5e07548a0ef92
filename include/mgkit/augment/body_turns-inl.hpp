// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/body_turns.hpp"

#include <cmath>

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE matrix3 turns_from_x(const body_turns& turns, std::size_t first) {
    matrix3 out = identity3;
    for (std::size_t axis = first; axis < 3; ++axis) {
        auto& from = out[(axis + 1) % 3];
        auto& to = out[(axis + 2) % 3];
        const double c = std::cos(turns.angles[axis]), s = std::sin(turns.angles[axis]);
        for (std::size_t k = 0; k < 3; ++k) {
            const double a = from[k], b = to[k];
            from[k] = c * a + s * b;
            to[k] = c * b - s * a;
        }
    }
    return out;
}

MGKIT_INLINE matrix3 turns_from_z(const body_turns& turns) {
    const auto& [x, y, z] = turns.angles;
    const auto [cx, cy, cz] = std::array{std::cos(x), std::cos(y), std::cos(z)};
    const auto [sx, sy, sz] = std::array{std::sin(x), std::sin(y), std::sin(z)};
    return {{{cz * cy, cz * sy * sx + sz * cx, sz * sx - cz * sy * cx},
             {-sz * cy, cz * cx - sz * sy * sx, sz * sy * cx + cz * sx},
             {sy, -cy * sx, cy * cx}}};
}

}  // namespace MGKIT_NAMESPACE::augment
