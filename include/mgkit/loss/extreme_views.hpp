// SPDX-License-Identifier: MIT
// Scores of extreme views, drawn towards those of a plain one.
#pragma once

#include "mgkit/core/short_list.hpp"
#include "mgkit/loss/contrastive.hpp"

namespace MGKIT_NAMESPACE::loss {

/// What counts as right among scores [B, 1 + K], as shares of 1: the first column, and as far as
/// `how_much` [1, 1] is 1 the `count` highest others of each of the scores that `present` [K] says
/// to hold something, each once. A constant. Cost: K log count for each row and each of the scores.
template <operand X>
MGKIT_COLD tensor_of<X> right_columns(context& ctx, const short_list<X, 3>& scores, int count,
                                      const tensor_of<X>& present, const tensor_of<X>& how_much) {
    using T = tensor_of<X>;
    const shape all = shape_of(scores[0]);
    const extent rows = all[0], others = all[1] - 1;
    const T ones = mgkit::constant<T>(ctx, {rows, count}, 1);
    T chosen = mgkit::constant<T>(ctx, {rows, others}, 0);
    for (const X& each : scores) {
        const T rest = mgkit::slice(ctx, T(value_of(detach(each))), 1, 1, others);
        const index_tensor places = top_places(ctx, rest, count)
                                        .reshaped({rows, count})
                                        .within(0, static_cast<std::int32_t>(others - 1));
        chosen = mgkit::scatter_add(ctx, chosen, 1, places, ones);
    }
    const T once = mgkit::greater(ctx, chosen, mgkit::constant<T>(ctx, {1, 1}, 0));
    const T right = mgkit::concat(
        ctx, 1, mgkit::constant<T>(ctx, {rows, 1}, 1),
        mgkit::mul(ctx, mgkit::mul(ctx, once, mgkit::reshape(ctx, present, {1, others})),
                   how_much));
    const T root = mgkit::rsqrt(ctx, mgkit::sum(ctx, right, {1}, true));
    return mgkit::mul(ctx, right, mgkit::square(ctx, root));
}

/// Whose scores those of a stronger view are drawn to.
enum class drawn_to { first, previous };

template <operand X>
struct extreme_terms {
    X total, contrast;
    short_list<X, 2> agreement;
};

/// Cross-entropy of the first scores [B, K] to what is right [B, K], and half of that of each of
/// the others to the softmax of the first, or of the one before it, which gets no gradient from it;
/// means over rows. Source: Guo et al., AAAI 2022 (AimCLR: D3M, and NNM by `right_columns`); Zhang
/// et al., AAAI 2023 (HiCLR: `drawn_to::previous`).
template <operand X>
MGKIT_COLD extreme_terms<X> extreme_views(context& ctx, const short_list<X, 3>& scores,
                                          const tensor_of<X>& right,
                                          drawn_to whose = drawn_to::first) {
    using T = tensor_of<X>;
    const X contrast = cross_entropy(ctx, scores[0], X{right});
    extreme_terms<X> out{contrast, contrast, {}};
    const auto soft = [&](const X& of) { return X{mgkit::softmax(ctx, T(value_of(detach(of))))}; };
    X target = soft(scores[0]);
    for (std::size_t i = 1; i < scores.size(); ++i) {
        if (i > 1 && whose == drawn_to::previous) target = soft(scores[i - 1]);
        const X term = cross_entropy(ctx, scores[i], target);
        out.agreement.push_back(term);
        out.total = add(ctx, out.total, affine(ctx, term, 0.5));
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::loss
