// SPDX-License-Identifier: MIT
// The whole body of other proportions, or leaning.
#pragma once

#include <cstddef>
#include <string_view>

#include "mgkit/augment/concept.hpp"

namespace MGKIT_NAMESPACE::augment {

/// With a fair coin shape or tilt, on row vectors p -> p A, the same in all frames and persons.
/// Shape: A = diag(alpha, beta, gamma), each U[1, 1 + scaling). Tilt: A with unit diagonal and
/// off-diagonal entries U[-tilt, tilt), row by row. 2-D: the upper left block.
///
/// Shapes stay. 1 draw and 2 in 2-D; in 3-D 1 and 3 (shape) or 6 (tilt). Costs no pass of its own.
/// Source: dual-stream micro-gesture learning (section 4.1.1, equations 7 and 8). It says "randomly
/// apply one" of the two: equally likely is our reading. Where which entry of the tilt stands is
/// damaged in print and does not matter, all being drawn alike; 2-D, its own data, is not told.
/// Errors: settings outside their ranges.
struct stretch {
    static constexpr std::string_view name = "stretch";

    double shape_share = .5;  ///< probability of shape rather than tilt
    double scaling = 1;       ///< largest lengthening of an axis; 1 doubles it
    double tilt = 1;          ///< largest entry off the diagonal

    struct plan {
        matrix3 matrix = identity3;  ///< A
        friend bool operator==(const plan&, const plan&) = default;
    };

    static stretch none() { return {.scaling = 0, .tilt = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        affine_map map;
        for (std::size_t r = 0; r < 3; ++r)
            for (std::size_t c = 0; c < 3; ++c) map.linear[r][c] = p.matrix[c][r];
        work.transform(map);
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/stretch-inl.hpp"
#endif
