// SPDX-License-Identifier: MIT
// The whole body turned, scaled and moved, constant over the clip.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Rotation, isotropic scale and translation: p -> s R p + shift, the same in all frames, so that
/// motion within the clip keeps its form. Angle U[-rotation, rotation), s = 1 + U[-scaling,
/// scaling), shift U[-translation, translation) per coordinate.
///
/// 2-D: R turns in the image plane about the origin, which pre-processing puts at the body's
/// centre. 3-D: R turns about the vertical axis (`vertical`, y by default).
/// Shapes stay. 1 + 1 + D draws. Costs no pass of its own.
/// Source: "random 2D rigid transformations", named without parameters for MG-FM-Skele
/// (iMiGUE-3K); strengths are ours and mild, as gestures differ by where the hand is: 15 degrees,
/// 10 %, a tenth of the unit of length (the scale pair after body scaling). Scale is not rigid in
/// the strict sense; set it to 0 for that. Errors: settings outside their ranges.
struct rigid_motion {
    static constexpr std::string_view name = "rigid_motion";

    double rotation = .2617993877991494;  ///< radians, at most pi
    double scaling = .1;                  ///< below 1
    double translation = .1;              ///< in units of the coordinates
    int vertical = 1;                     ///< axis of the 3-D rotation: 0 x, 1 y, 2 z

    struct plan {
        double angle = 0, stretch = 0;  ///< stretch = scale - 1
        std::array<double, 3> shift{};
        friend bool operator==(const plan&, const plan&) = default;
    };

    static rigid_motion none() { return {.rotation = 0, .scaling = 0, .translation = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        detail::check_setting(name, "vertical", vertical, 0, 2);
        const bool flat = skeleton::coordinates(work.shape().layout) == 2;
        const auto up = static_cast<std::size_t>(vertical);
        const std::size_t i = flat ? 0 : (up + 1) % 3, j = flat ? 1 : (up + 2) % 3;
        const double scale = 1 + p.stretch;
        affine_map map;
        for (std::size_t r = 0; r < 3; ++r) map.linear[r][r] = scale;
        map.linear[i][i] = map.linear[j][j] = scale * std::cos(p.angle);
        map.linear[j][i] = scale * std::sin(p.angle);
        map.linear[i][j] = -map.linear[j][i];
        map.shift = p.shift;
        work.transform(map);
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/rigid_motion-inl.hpp"
#endif
