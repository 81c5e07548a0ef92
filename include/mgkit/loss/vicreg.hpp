// SPDX-License-Identifier: MIT
// Variance, invariance and covariance of two views' embeddings.
#pragma once

#include "mgkit/loss/decorrelation.hpp"

namespace MGKIT_NAMESPACE::loss {

/// Weights of the published code.
struct vicreg_settings {
    double similarity = 25, variance = 25, covariance = 1;
    double variance_epsilon = 1e-4;
};

template <operand X>
struct vicreg_terms {
    X total, similarity, variance, covariance;
};

/// similarity * mse(z0, z1) + variance * the mean of both views' hinges + covariance * the sum of
/// both views' off-diagonal covariances, for views [B, D]; terms are without their weights. It is
/// `decorrelation` of two views without cross-correlation, its hinge at half the weight.
/// Cost: B D min(B, D). Errors: fewer than two rows, unequal shapes.
/// Source: Bardes et al., ICLR 2022 (facebookresearch/vicreg).
template <operand X>
MGKIT_COLD vicreg_terms<X> vicreg(context& ctx, const X& z0, const X& z1,
                                  const vicreg_settings& s = {}) {
    const shape both[] = {shape_of(z0), shape_of(z1)};
    detail::check_views("loss::vicreg", both);
    const auto a = detail::centre(ctx, z0), b = detail::centre(ctx, z1);
    const X alike = mse(ctx, z0, z1);
    const X spread = affine(ctx,
                            add(ctx, detail::variance_hinge(ctx, a, s.variance_epsilon),
                                detail::variance_hinge(ctx, b, s.variance_epsilon)),
                            .5);
    const X apart =
        add(ctx, detail::off_diagonal_covariance(ctx, a), detail::off_diagonal_covariance(ctx, b));
    const X total =
        add(ctx, affine(ctx, alike, s.similarity),
            add(ctx, affine(ctx, spread, s.variance), affine(ctx, apart, s.covariance)));
    return {total, alike, spread, apart};
}

}  // namespace MGKIT_NAMESPACE::loss
