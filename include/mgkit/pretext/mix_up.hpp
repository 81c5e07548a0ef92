// SPDX-License-Identifier: MIT
// Mix-up: clips of a batch blended in pairs, and how much of each label they carry.
// infrastructure
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mgkit/core/row_scope.hpp"
#include "mgkit/tensor/integers.hpp"
#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Weights are drawn from Beta(alpha, alpha), one for a whole batch or one for each of its rows.
struct mix_up_settings {
    double alpha = 0;  ///< 0: nothing is mixed
    bool by_row = false;
};

/// One draw of Beta(alpha, alpha): Johnk's rejection in logarithms below 1, else the formula of
/// Ulrich (1984). Takes two numbers a try.
double symmetric_beta(random_stream& draws, double alpha);

/// The weight of each row's own clip, for rows that the context knows: keyed by seed, epoch and the
/// identity of the row, or of the first one where the batch shares a weight. Row r is mixed with
/// row N - 1 - r. Errors: rows that the context does not know.
void mix_weights(const context& ctx, const std::optional<row_window>& window,
                 const mix_up_settings& settings, std::span<double> weights);

/// Rows of x [N, ...] mixed: w x[r] + (1 - w) x[N - 1 - r], by `mix_weights`; part of a recorded
/// step. Every channel is blended, a missing joint as the zero that it is.
/// Source: Zhang et al., "mixup: beyond empirical risk minimization" (ICLR 2018); pairs with the
/// reversed batch as timm does. Cost: three passes over the values.
template <operand X>
X mixed(context& ctx, const X& x, const mix_up_settings& settings) {
    using T = tensor_of<X>;
    using scalar = scalar_of<X>;
    const shape in = shape_of(x);
    const extent rows = in[0];
    const auto reversed = [](std::span<std::int32_t> to) {
        for (std::size_t r = 0; r < to.size(); ++r)
            to[r] = static_cast<std::int32_t>(to.size() - 1 - r);
    };
    const auto draw = [](std::span<scalar> to, const context* now, std::optional<row_window> window,
                         mix_up_settings how) {
        std::vector<double> weights(to.size());
        mix_weights(*now, window, how, weights);
        for (std::size_t r = 0; r < to.size(); ++r) to[r] = static_cast<scalar>(weights[r]);
    };
    const auto partners = step_integers<T, std::int32_t>(
        ctx, {rows}, {0, static_cast<std::int32_t>(rows - 1)}, reversed);
    const X own = reshape(ctx, x, {rows, in.elements() / rows});
    const X others = gather(ctx, own, 0, partners);
    const X weights = X{step_values<T>(ctx, {rows, 1}, draw, static_cast<const context*>(&ctx),
                                       ctx.window, settings)};
    return reshape(ctx, add(ctx, others, mul(ctx, sub(ctx, own, others), weights)), in);
}

}  // namespace MGKIT_NAMESPACE::pretext

#if !defined(MGKIT_COMPILED)
#include "mgkit/pretext/mix_up-inl.hpp"
#endif
