// Stochastic depth: whole residual branches switched off per sample.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "mgkit/nn/module.hpp"
#include "mgkit/tensor/ops/elementwise.hpp"
#include "mgkit/tensor/ops/structure.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace mgkit::nn {

/// Factors by which a layer scales each of its `Count` branches, per sample: 0 or 1 / (1 - rate).
/// Inactive (evaluation, or rate 0) means no scaling. The plan of a random layer: tests and other
/// devices can hand one in.
template <operand X, int Count>
struct path_plan {
    bool active = false;
    std::array<X, Count> factors{};

    X operator()(context& ctx, int branch, const X& x) const {
        return active ? mul(ctx, x, factors[static_cast<std::size_t>(branch)]) : x;
    }
};

/// Draws a plan for the rows of the current batch (`context::rows`), keyed by each row's clip and
/// view and by the layer's name; independent of batch composition and thread count.
template <int Count, operand X>
path_plan<X, Count> draw_paths(context& ctx, std::string_view layer, double rate, extent batch) {
    path_plan<X, Count> plan;
    if (!ctx.training || rate <= 0) return plan;
    using T = tensor_of<X>;
    using scalar = scalar_of<X>;
    const auto draw = [&ctx, id = name_hash(layer), rate,
                       count = static_cast<std::size_t>(batch)](std::span<scalar> factors) {
        if (ctx.rows.size() != count)
            throw error("stochastic depth", text("context::rows with ", count, " entries"),
                        text(ctx.rows.size(), " entries"),
                        "set the clip and view of every row before a training pass");
        for (std::size_t row = 0; row < count; ++row) {
            random_stream draws(ctx.key(ctx.rows[row]), id);
            for (std::size_t branch = 0; branch < Count; ++branch)
                factors[branch * count + row] =
                    draws.uniform() < rate ? scalar(0) : static_cast<scalar>(1.0 / (1.0 - rate));
        }
    };
    const T all = step_values<T>(ctx, {Count, batch, 1, 1}, draw);
    plan.active = true;
    for (int branch = 0; branch < Count; ++branch)
        plan.factors[static_cast<std::size_t>(branch)] =
            X{reshape(ctx, slice(ctx, all, 0, branch, 1), {batch, 1, 1})};
    return plan;
}

}  // namespace mgkit::nn
