// SPDX-License-Identifier: MIT
// Stochastic depth: whole residual branches switched off per sample.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/recycled.hpp"
#include "mgkit/core/row_scope.hpp"
#include "mgkit/nn/module.hpp"
#include "mgkit/tensor/ops/rows.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::nn {

/// Factors by which a layer scales each of its `Count` branches, per sample: 0 or 1 / (1 - rate).
/// Inactive (evaluation, or rate 0) means no scaling. The plan of a random layer: tests and other
/// devices can hand one in.
///
/// A branch f works sample by sample. Where the tensor type takes rows by itself, it runs on the
/// samples that keep it only, so that a rate of .1 saves a tenth of its cost; elsewhere on all,
/// times their factors.
template <operand X, std::size_t Count>
struct path_plan {
    bool active = false;
    std::array<X, Count> factors{};

    /// D(f(x)): f's results for the samples x [B, ...], scaled or 0.
    template <class F>
    MGKIT_COLD X operator()(context& ctx, int branch, const X& x, F&& f) const {
        const auto kept = kept_rows(ctx, branch, x);
        const X y = f(kept ? take_rows(ctx, x, *kept) : x);
        if (kept) return add_rows(ctx, constant<X>(ctx, shape_of(x), 0), y, *kept);
        return scaled(ctx, branch, y);
    }
    /// sum + D(f(x)).
    template <class F>
    MGKIT_COLD X operator()(context& ctx, const X& sum, int branch, const X& x, F&& f) const {
        const auto kept = kept_rows(ctx, branch, x);
        const X y = f(kept ? take_rows(ctx, x, *kept) : x);
        if (kept) return add_rows(ctx, sum, y, *kept);
        return add(ctx, sum, scaled(ctx, branch, y));
    }

private:
    X scaled(context& ctx, int branch, const X& y) const {
        return active ? mul(ctx, y, factors[static_cast<std::size_t>(branch)]) : y;
    }
    /// The samples whose factor is not 0, where the tensor type can leave out the others.
    std::optional<row_choice> kept_rows(context& ctx, int branch, const X& x) const {
        if (!active) return {};
        using T = tensor_of<X>;
        if constexpr (overrides_forward<op::take_rows, T, 1> &&
                      overrides_forward<op::add_rows, T, 2>) {
            const T& factor = value_of(factors[static_cast<std::size_t>(branch)]);
            const auto samples = static_cast<std::size_t>(shape_of(x)[0]);
            const auto room = recycled<std::vector<scalar_of<X>>>(ctx);
            std::vector<scalar_of<X>>& values = *room;
            values.resize(static_cast<std::size_t>(shape_of(factor).elements()));
            if (values.size() != samples)
                throw error("stochastic depth", text("a factor for each of ", samples, " samples"),
                            shape_of(factor).str());
            backend_traits<T>::to_host(ctx, factor, std::span(values));
            auto kept = recycled<std::vector<row_choice::chosen>>(ctx);
            kept->clear();
            for (std::size_t i = 0; i < samples; ++i)
                if (values[i] != 0)
                    kept->push_back({static_cast<extent>(i), static_cast<double>(values[i])});
            return row_choice(static_cast<extent>(samples), std::move(kept));
        } else {
            return {};
        }
    }
};

/// Draws a plan for the rows of the current batch (`context::rows`, or those of the row_scope that
/// is open), keyed by each row's clip and view and by the layer's name; independent of batch
/// composition and thread count. A recorded step keeps the scope it was recorded in.
template <std::size_t Count, operand X>
MGKIT_COLD path_plan<X, Count> draw_paths(context& ctx, std::string_view layer, double rate,
                                          extent batch) {
    path_plan<X, Count> plan;
    if (!ctx.training || rate <= 0) return plan;
    using T = tensor_of<X>;
    using scalar = scalar_of<X>;
    const auto draw = [](std::span<scalar> factors, const context* now,
                         std::optional<row_window> window, std::uint32_t id, double drop) {
        const std::size_t count = factors.size() / Count;
        const row_window part = rows_at_work("stochastic depth", now->rows.size(), window, count);
        for (std::size_t row = 0; row < count; ++row) {
            random_stream draws = row_draws(*now, part, row, id);
            for (std::size_t branch = 0; branch < Count; ++branch)
                factors[branch * count + row] =
                    draws.uniform() < drop ? scalar(0) : static_cast<scalar>(1.0 / (1.0 - drop));
        }
    };
    const T all = step_values<T>(ctx, {Count, batch, 1, 1}, draw, static_cast<const context*>(&ctx),
                                 ctx.window, name_hash(layer), rate);
    plan.active = true;
    for (std::size_t branch = 0; branch < Count; ++branch)
        plan.factors[branch] =
            X{reshape(ctx, slice(ctx, all, 0, static_cast<extent>(branch), 1), {batch, 1, 1})};
    return plan;
}

}  // namespace MGKIT_NAMESPACE::nn
