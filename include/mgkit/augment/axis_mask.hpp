// SPDX-License-Identifier: MIT
// One coordinate of all joints lost.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/augment/concept.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Sets one coordinate, each as likely, to 0 in all frames of all joints with probability
/// `probability`, as if the body were seen on a plane. Confidences stay.
///
/// Shapes stay. Two draws. Costs no pass of its own.
/// Source: AimCLR ("axis mask"), AS-CAL ("zero out axis", always).
/// Errors: a probability outside [0, 1]; a plan of an axis that the clip does not have.
struct axis_mask {
    static constexpr std::string_view name = "axis_mask";

    double probability = .5;

    struct plan {
        int axis = -1;  ///< 0 x, 1 y, 2 z; -1 none
        friend bool operator==(const plan&, const plan&) = default;
    };

    static axis_mask none() { return {.probability = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        check(p, skeleton::coordinates(work.shape().layout));
        if (p.axis < 0) return;
        affine_map map;
        map.linear[static_cast<std::size_t>(p.axis)] = {};
        work.transform(map);
    }

private:
    static void check(const plan& p, int dimension);
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/axis_mask-inl.hpp"
#endif
