// SPDX-License-Identifier: MIT
// The same movement seen from elsewhere: one wide and two narrow turns.
#pragma once

#include <string_view>

#include "mgkit/augment/body_turns.hpp"
#include "mgkit/augment/concept.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Turns about the three axes through the origin, row vectors p -> p Rx' Ry' Rz' ('transposed), the
/// same angles in all frames and persons: Rx = [1 0 0; 0 c s; 0 -s c], Ry = [c 0 -s; 0 1 0; s 0 c],
/// Rz = [c s 0; -s c 0; 0 0 1]. One axis, drawn, turns by U[-wide, wide), the others by
/// U[-narrow, narrow). Turns are about the origin, which pre-processing puts at the body's centre.
///
/// 2-D: points are lifted to z = 0, turned, and z is dropped. A flat pose turned far out of its
/// plane collapses or is mirrored: about x and y at most `out_of_plane`.
/// Shapes stay. Four draws in 2-D and 3-D. Costs no pass of its own.
/// Source: dual-stream micro-gesture learning (section 4.1.1, equations 4 to 6). The bounds are
/// damaged in print: pi and pi / 6 are our reading; the bound for 2-D, which it does not tell, is
/// ours. Errors: settings outside their ranges, a plan that is not finite.
struct view_perturbation {
    static constexpr std::string_view name = "view_perturbation";

    double wide = 3.1415926535897931;          ///< radians about the drawn axis, at most pi
    double narrow = .52359877559829882;        ///< radians about the two others, at most pi
    double out_of_plane = .52359877559829882;  ///< 2-D only: radians about x and y, at most pi / 2

    using plan = body_turns;

    static view_perturbation none() { return {.wide = 0, .narrow = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        work.transform(affine_map{turns_from_z(p), {}});
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/view_perturbation-inl.hpp"
#endif
