// SPDX-License-Identifier: MIT
// Contrastive losses: embeddings of one clip among those of others.
#pragma once

#include <span>

#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::loss {

/// Rows [B, D] of length 1; shorter ones than `least` are divided by that, so that rows of zeros
/// stay zeros.
template <operand X>
MGKIT_COLD X unit_rows(context& ctx, const X& z, double least = 1e-12) {
    const shape in = shape_of(z);
    if (in.rank() != 2) throw error("loss::unit_rows", "rows [B, D]", in.str());
    const X squared = mgkit::sum(ctx, square(ctx, z), {1}, true);
    const X floor = constant<X>(ctx, {in[0], 1}, least * least);
    return mul(ctx, z,
               rsqrt(ctx, mgkit::select(ctx, mgkit::greater(ctx, squared, floor), squared, floor)));
}

/// Scores of queries beside their own keys and beside other rows, over a temperature: rows q,
/// k [B, D] and others [K, D] -> [B, 1 + K], a row's own key first. `present` [K] is 0 for rows of
/// `others` that hold nothing, only zeros: their scores are far below all others. No gradient
/// reaches keys and others where they are constants. Source: He et al., CVPR 2020.
template <operand X>
MGKIT_COLD X contrast_scores(context& ctx, const X& q, const X& k, const X& others,
                             const X& present, double temperature) {
    const shape in = shape_of(q), more = shape_of(others);
    if (in.rank() != 2 || shape_of(k) != in || more.rank() != 2 || more[1] != in[1] ||
        shape_of(present) != shape{more[0]} || !(temperature > 0))
        throw error("loss::contrast_scores",
                    "q and k [B, D], others [K, D], present [K], a temperature above 0",
                    text(in.str(), ", ", shape_of(k).str(), ", ", more.str(), ", ",
                         shape_of(present).str(), ", ", temperature));
    // Rows that hold nothing are 0, and so are their scores.
    constexpr double far = 1e9;
    const X own = mgkit::sum(ctx, mul(ctx, q, k), {1}, true);
    const X rest = affine(ctx, matmul(ctx, q, others, false, true), 1 / temperature);
    return concat(ctx, 1, affine(ctx, own, 1 / temperature),
                  add(ctx, rest, reshape(ctx, affine(ctx, present, far, -far), {1, more[0]})));
}

/// Cross-entropy of scores [B, K] whose first column is right, mean over rows.
template <operand X>
MGKIT_COLD X first_is_right(context& ctx, const X& scores) {
    const auto first = [](std::span<scalar_of<X>> to, extent columns) {
        for (std::size_t i = 0; i < to.size(); i += static_cast<std::size_t>(columns)) to[i] = 1;
    };
    const shape in = shape_of(scores);
    return cross_entropy(ctx, scores, X{step_values<tensor_of<X>>(ctx, in, first, in[1])});
}

/// NT-Xent: every row of both views [B, D] is to be told from the other 2B - 2 by its partner.
/// Cosines over the temperature, cross-entropy, mean over 2B rows. Cost: 4 B^2 D.
/// Source: Chen et al., ICML 2020 (SimCLR). Errors: fewer than two rows, unequal shapes.
template <operand X>
MGKIT_COLD X nt_xent(context& ctx, const X& z0, const X& z1, double temperature) {
    const shape in = shape_of(z0);
    if (in.rank() != 2 || in[0] < 2 || shape_of(z1) != in || !(temperature > 0))
        throw error("loss::nt_xent", "two views [B, D] of two rows or more, a temperature above 0",
                    text(in.str(), ", ", shape_of(z1).str(), ", ", temperature));
    using T = tensor_of<X>;
    const X unit = unit_rows(ctx, concat(ctx, 0, z0, z1));
    const extent rows = 2 * in[0];
    // A row beside itself is far below all others.
    const auto itself = [](std::span<scalar_of<X>> to, extent n, double far) {
        for (extent i = 0; i < n; ++i)
            to[static_cast<std::size_t>(i * (n + 1))] = static_cast<scalar_of<X>>(-far);
    };
    const auto partner = [](std::span<scalar_of<X>> to, extent n) {
        for (extent i = 0; i < n; ++i)
            to[static_cast<std::size_t>(i * n + (i + n / 2) % n)] = scalar_of<X>(1);
    };
    const X scores = add(ctx, affine(ctx, matmul(ctx, unit, unit, false, true), 1 / temperature),
                         X{step_values<T>(ctx, {rows, rows}, itself, rows, 50 + 2 / temperature)});
    return cross_entropy(ctx, scores, X{step_values<T>(ctx, {rows, rows}, partner, rows)});
}

}  // namespace MGKIT_NAMESPACE::loss
