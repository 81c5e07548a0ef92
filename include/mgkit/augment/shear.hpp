// SPDX-License-Identifier: MIT
// The whole body sheared.
#pragma once

#include <string_view>

#include "mgkit/augment/concept.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Shear: column vector p -> S p for every joint and frame, S with unit diagonal and off-diagonal
/// entries U[-strength, strength).
///
/// Shapes stay. 2 draws in 2-D, 6 in 3-D, row by row. Costs no pass of its own.
/// Source: USDRL's feeder (strength 1, 3-D); 2-D takes a 2 x 2 matrix of the same form.
/// Errors: a negative or absurd strength.
struct shear {
    static constexpr std::string_view name = "shear";

    double strength = 1;

    struct plan {
        matrix3 matrix = identity3;
        friend bool operator==(const plan&, const plan&) = default;
    };

    static shear none() { return {.strength = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        work.transform(affine_map{p.matrix, {}});
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/shear-inl.hpp"
#endif
