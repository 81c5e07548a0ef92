// SPDX-License-Identifier: MIT
// The standard post-norm transformer encoder layer, as USDRL's alternative encoder uses it.
#pragma once

#include "mgkit/nn/attention.hpp"
#include "mgkit/nn/norm.hpp"

namespace MGKIT_NAMESPACE::nn {

/// h = norm1(x + A(x)); norm2(h + linear2(relu(linear1 h))); feed-forward width d, no dropout.
/// tokens [B, N, d] -> [B, N, d]. Cost per token: 6 d^2 + 2 N d multiply-adds.
template <model_tensor T>
struct transformer_layer {
    self_attention<T> self_attn;
    linear<T> linear1, linear2;
    layer_norm<T> norm1, norm2;

    transformer_layer() = default;
    MGKIT_COLD transformer_layer(const scope& at, extent width, int heads)
        : self_attn(at / "self_attn", width, heads),
          linear1(at / "linear1", width, width),
          linear2(at / "linear2", width, width),
          norm1(at / "norm1", width),
          norm2(at / "norm2", width) {}

    static constexpr auto fields() {
        return members(field("self_attn", &transformer_layer::self_attn),
                       field("linear1", &transformer_layer::linear1),
                       field("linear2", &transformer_layer::linear2),
                       field("norm1", &transformer_layer::norm1),
                       field("norm2", &transformer_layer::norm2));
    }

    template <operand X>
    MGKIT_COLD X operator()(context& ctx, const X& x) const {
        const X h = norm1(ctx, add(ctx, x, self_attn(ctx, x)));
        return norm2(ctx, add(ctx, h, linear2(ctx, linear1(ctx, h, activation::relu))));
    }
};

}  // namespace MGKIT_NAMESPACE::nn
