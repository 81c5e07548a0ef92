// Stochastic depth: whole residual branches switched off per sample.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "mgkit/nn/module.hpp"
#include "mgkit/tensor/ops/elementwise.hpp"

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
    if (static_cast<extent>(ctx.rows.size()) != batch)
        throw error("stochastic depth", text("context::rows with ", batch, " entries"),
                    text(ctx.rows.size(), " entries"),
                    "set the clip and view of every row before a training pass");
    using T = tensor_of<X>;
    using scalar = scalar_of<X>;
    const auto count = static_cast<std::size_t>(batch);
    std::vector<scalar> factors(count * Count);
    for (std::size_t row = 0; row < count; ++row) {
        random_stream draws(ctx.key(ctx.rows[row]), name_hash(layer));
        for (std::size_t branch = 0; branch < Count; ++branch)
            factors[branch * count + row] =
                draws.uniform() < rate ? scalar(0) : static_cast<scalar>(1.0 / (1.0 - rate));
    }
    plan.active = true;
    for (std::size_t branch = 0; branch < Count; ++branch)
        plan.factors[branch] = X{backend_traits<T>::from_host(
            ctx, std::span<const scalar>(factors).subspan(branch * count, count), {batch, 1, 1})};
    return plan;
}

}  // namespace mgkit::nn
