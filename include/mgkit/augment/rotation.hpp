// SPDX-License-Identifier: MIT
// The whole body turned, about one axis most.
#pragma once

#include <string_view>

#include "mgkit/augment/body_turns.hpp"
#include "mgkit/augment/concept.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Rotation with a main axis: a turn about x, then y, then z through the origin, the same in all
/// frames. One axis, drawn, turns by U[0, main_angle), the others by U[0, other_angle) each. Turns
/// go from y to -z (about x), from z to -x and from x to -y.
///
/// Shapes stay. 4 draws in 3-D. In 2-D the image plane turns by U[0, main_angle): 1 draw. Costs no
/// pass of its own. `rigid_motion` turns both ways about one fixed axis.
/// Source: AimCLR (30 degrees and 1 degree); AS-CAL turns about one axis only (`other_angle` 0).
/// Errors: settings outside 0 to pi.
struct rotation {
    static constexpr std::string_view name = "rotation";

    double main_angle = .5235987755982988;     ///< radians, at most pi
    double other_angle = .017453292519943295;  ///< radians, at most pi

    using plan = body_turns;  ///< in 2-D the angle about z counts

    static rotation none() { return {.main_angle = 0, .other_angle = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        const bool flat = skeleton::coordinates(work.shape().layout) == 2;
        work.transform(affine_map{turns_from_x(p, flat ? 2 : 0), {}});
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/rotation-inl.hpp"
#endif
