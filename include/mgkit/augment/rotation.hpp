// SPDX-License-Identifier: MIT
// The whole body turned, about one axis most.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

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

    struct plan {
        std::array<double, 3> angles{};  ///< about x, y and z; in 2-D the last one counts
        friend bool operator==(const plan&, const plan&) = default;
    };

    static rotation none() { return {.main_angle = 0, .other_angle = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        const bool flat = skeleton::coordinates(work.shape().layout) == 2;
        affine_map map;
        for (std::size_t axis = flat ? 2 : 0; axis < 3; ++axis) {
            auto& first = map.linear[(axis + 1) % 3];
            auto& second = map.linear[(axis + 2) % 3];
            const double c = std::cos(p.angles[axis]), s = std::sin(p.angles[axis]);
            for (std::size_t k = 0; k < 3; ++k) {
                const double a = first[k], b = second[k];
                first[k] = c * a + s * b;
                second[k] = c * b - s * a;
            }
        }
        work.transform(map);
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/rotation-inl.hpp"
#endif
