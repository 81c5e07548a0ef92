// SPDX-License-Identifier: MIT
// The whole body turned about the three axes: what is drawn for it, and the matrices.
// infrastructure: what rotation and view_perturbation share
#pragma once

#include <array>
#include <cstddef>

#include "mgkit/augment/workspace.hpp"
#include "mgkit/core/random.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Radians about x, y and z, through the origin, the same in all frames and persons. A turn goes
/// from y to -z (about x), from z to -x and from x to -y.
struct body_turns {
    std::array<double, 3> angles{};
    friend bool operator==(const body_turns&, const body_turns&) = default;
};

/// One axis, drawn, is the main one: `angle(axis, is_main)` draws each. 1 draw, and those.
template <class Angle>
body_turns draw_turns(random_stream& stream, const Angle& angle) {
    const std::size_t main_axis = stream.below(3);
    body_turns out;
    for (std::size_t axis = 0; axis < 3; ++axis) out.angles[axis] = angle(axis, axis == main_axis);
    return out;
}

/// What column vectors are multiplied with, the product Rz Ry Rx. It rounds differently from either
/// end, so each stage keeps to its own: Rz (Ry Rx), from the axis `first` on, and (Rz Ry) Rx.
matrix3 turns_from_x(const body_turns& turns, std::size_t first = 0);
matrix3 turns_from_z(const body_turns& turns);

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/body_turns-inl.hpp"
#endif
