// SPDX-License-Identifier: MIT
// Contrast of one stream whose neighbours in the queue another stream finds.
#pragma once

#include "mgkit/loss/extreme_views.hpp"

namespace MGKIT_NAMESPACE::loss {

/// How a stream learns from the neighbours that another one has in the queue.
struct cross_view_settings {
    double temperature = 0.07;
    int neighbours = 1;   ///< rows of the queue nearest in the other stream that count as right too
    bool context = true;  ///< rows are likened once more, by the products of both streams' cosines
};

/// Cross-entropy, mean over rows, of a stream's scores [B, 1 + K] beside a queue (contrast_scores
/// of unit rows) and the neighbours that the scores of another stream show: its nearest rows of the
/// queue count as right beside the first column. With `context` the queue stands there once more,
/// scored by the product of both streams' cosines over the temperature, and its right ones as well.
/// Queues of both streams hold the same clips; `present` [K] is 0 for rows that hold nothing.
/// As far as `how_much` [1, 1] is not 1 but 0, this is loss::first_is_right.
///
/// Gradient goes to both streams by the context, none through the choice. Cost: K log neighbours a
/// row beside the scores. Source: Li et al., "3D human action representation learning via
/// cross-view consistency pursuit" (CVPR 2021), code at 792b70c.
template <operand X>
MGKIT_COLD X cross_view(context& ctx, const X& scores, const X& other, const tensor_of<X>& present,
                        const tensor_of<X>& how_much, const cross_view_settings& s = {}) {
    using T = tensor_of<X>;
    const shape all = shape_of(scores);
    if (all.rank() != 2 || shape_of(other) != all || shape_of(present) != shape{all[1] - 1})
        throw error("loss::cross_view", "scores [B, 1 + K] of two streams and a mask [K]",
                    text(all.str(), ", ", shape_of(other).str(), ", ", shape_of(present).str()));
    const extent count = all[1] - 1;
    const T right = right_columns(ctx, short_list<X, 3>{other}, s.neighbours, present, how_much);
    if (!s.context) return cross_entropy(ctx, scores, X{right});
    const T held = mgkit::reshape(ctx, present, {1, count});
    const X own = mul(ctx, slice(ctx, scores, 1, 1, count), X{held});
    const X both = affine(ctx, mul(ctx, own, slice(ctx, other, 1, 1, count)), s.temperature);
    // Where nothing is, and before it counts, far below all others.
    constexpr double far = 1e9;
    const T seen = mgkit::affine(ctx, mgkit::mul(ctx, held, how_much), far, -far);
    const T twice = mgkit::concat(ctx, 1, right, mgkit::slice(ctx, right, 1, 1, count));
    const T root = mgkit::rsqrt(ctx, mgkit::sum(ctx, twice, {1}, true));
    return cross_entropy(ctx, concat(ctx, 1, scores, add(ctx, both, X{seen})),
                         X{mgkit::mul(ctx, twice, mgkit::square(ctx, root))});
}

}  // namespace MGKIT_NAMESPACE::loss
