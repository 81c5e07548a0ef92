// SPDX-License-Identifier: MIT
// The pre-norm transformer layer of vision transformers, which MAMP's encoder and decoder are made
// of.
#pragma once

#include "mgkit/nn/linear.hpp"
#include "mgkit/nn/norm.hpp"
#include "mgkit/tensor/ops/attention.hpp"

namespace MGKIT_NAMESPACE::nn {

/// Self-attention whose three projections are one affine map. File names `qkv` and `proj`.
/// tokens [B, N, d] -> [B, N, d]. Cost per token: 4 d^2 + 2 N d multiply-adds.
template <model_tensor T>
struct joint_projection_attention {
    linear<T> qkv, proj;
    int heads = 1;

    joint_projection_attention() = default;
    MGKIT_COLD joint_projection_attention(const scope& at, extent width, int head_count)
        : qkv(at / "qkv", width, 3 * width), proj(at / "proj", width, width), heads(head_count) {
        if (head_count < 1 || width % head_count != 0)
            throw error("attention", "a width divisible by the number of heads",
                        text("width ", width, ", ", head_count, " heads"));
    }

    static constexpr auto fields() {
        return members(field("qkv", &joint_projection_attention::qkv),
                       field("proj", &joint_projection_attention::proj));
    }
    template <operand X>
    X operator()(context& ctx, const X& x) const {
        return proj(ctx, attention(ctx, qkv(ctx, x), heads));
    }
};

/// h = x + A(norm1 x); h + mlp(norm2 h), with an exact GELU between `hidden` units and no dropout.
/// tokens [B, N, d] -> [B, N, d]. File names as in timm. Cost per token: 4 d^2 + 2 N d + 2 d hidden
/// multiply-adds. Source: Dosovitskiy et al., ICLR 2021 (ViT).
template <model_tensor T>
struct pre_norm_layer {
    layer_norm<T> norm1, norm2;
    joint_projection_attention<T> attn;
    nn::mlp<T> mlp;

    pre_norm_layer() = default;
    MGKIT_COLD pre_norm_layer(const scope& at, extent width, int heads, extent hidden)
        : norm1(at / "norm1", width),
          norm2(at / "norm2", width),
          attn(at / "attn", width, heads),
          mlp(at / "mlp", width, hidden, width) {}

    static constexpr auto fields() {
        return members(field("norm1", &pre_norm_layer::norm1), field("attn", &pre_norm_layer::attn),
                       field("norm2", &pre_norm_layer::norm2), field("mlp", &pre_norm_layer::mlp));
    }
    template <operand X>
    MGKIT_COLD X operator()(context& ctx, const X& x) const {
        const X h = add(ctx, x, attn(ctx, norm1(ctx, x)));
        return add(ctx, h, mlp(ctx, norm2(ctx, h)));
    }
};

}  // namespace MGKIT_NAMESPACE::nn
