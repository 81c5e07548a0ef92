// SPDX-License-Identifier: MIT
// Cross-correlation of two views' embeddings, drawn towards the identity.
#pragma once

#include "mgkit/loss/decorrelation.hpp"

namespace MGKIT_NAMESPACE::loss {

/// Of the published code.
struct barlow_twins_settings {
    double off_diagonal = .0051;
    double epsilon = 1e-5;  ///< added to a column's variance, as batch normalisation does
};

/// sum_i (c_ii - 1)^2 + off_diagonal * sum_{i != j} c_ij^2 with c = a' b / B, columns of the views
/// [B, D] standardised by their deviation with divisor B. A constant column costs 1. Unlike the
/// cross-correlation of `decorrelation`, whose divisor is B - 1, identical views give c_ii = 1.
/// Cost: B D min(B, D). Errors: fewer than two rows, unequal shapes.
/// Source: Zbontar et al., ICML 2021 (facebookresearch/barlowtwins).
template <operand X>
MGKIT_COLD X barlow_twins(context& ctx, const X& z0, const X& z1,
                          const barlow_twins_settings& s = {}) {
    const shape both[] = {shape_of(z0), shape_of(z1)};
    detail::check_views("loss::barlow_twins", both);
    const double rows = static_cast<double>(both[0][0]);
    const auto unit = [&](const X& z) {
        const auto [values, variance] = detail::centre(ctx, z);
        return mul(ctx, values, rsqrt(ctx, affine(ctx, variance, (rows - 1) / rows, s.epsilon)));
    };
    return cross_correlation(ctx, unit(z0), unit(z1), s.off_diagonal);
}

}  // namespace MGKIT_NAMESPACE::loss
