// Multi-head self-attention with packed projections.
#pragma once

#include <cmath>

#include "mgkit/nn/linear.hpp"
#include "mgkit/tensor/ops/attention.hpp"

namespace mgkit::nn {

/// Self-attention over tokens [B, N, d] -> [B, N, d]; query, key and value projections are rows of
/// one matrix, in that order. Xavier-uniform in-projection, zero biases. Cost per token 4 d^2 + 2 N
/// d.
template <model_tensor T>
struct self_attention {
    parameter<T> in_proj_weight, in_proj_bias;
    linear<T> out_proj;
    int heads = 1;

    self_attention() = default;
    self_attention(const scope& at, extent width, int head_count)
        : in_proj_weight(initial::uniform<T>(at / "in_proj_weight", {3 * width, width},
                                             std::sqrt(6.0 / (4.0 * static_cast<double>(width))))),
          in_proj_bias(initial::constant<T>(at / "in_proj_bias", {3 * width}, 0)),
          out_proj(at / "out_proj", width, width),
          heads(head_count) {
        if (head_count < 1 || width % head_count != 0)
            throw error("self_attention", "a width divisible by the number of heads",
                        text("width ", width, ", ", head_count, " heads"));
    }

    static constexpr auto fields() {
        return members(field("in_proj_weight", &self_attention::in_proj_weight),
                       field("in_proj_bias", &self_attention::in_proj_bias),
                       field("out_proj", &self_attention::out_proj));
    }

    template <operand X>
    X operator()(context& ctx, const X& x) {
        const X qkv = mgkit::linear(ctx, x, use<X>(in_proj_weight), use<X>(in_proj_bias));
        return out_proj(ctx, mgkit::attention(ctx, qkv, heads));
    }
};

}  // namespace mgkit::nn
