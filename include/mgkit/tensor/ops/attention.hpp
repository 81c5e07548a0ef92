// SPDX-License-Identifier: MIT
// Operations on token sequences [B, N, d], each with its composition from primitives.
#pragma once

#include <cmath>
#include <span>

#include "mgkit/tensor/ops/layers.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE {

namespace op {

/// exp(x - max) / sum over the last axis.
struct softmax {
    template <operand X>
    static X compose(context& ctx, const softmax&, const X& x) {
        const X e = mgkit::exp(ctx, mgkit::sub(ctx, x, mgkit::max(ctx, x, -1, true)));
        const X root = mgkit::rsqrt(ctx, mgkit::sum(ctx, e, {-1}, true));
        return mgkit::mul(ctx, e, mgkit::square(ctx, root));
    }
};

/// Scaled dot-product self-attention of packed projections qkv [B, N, 3d]; head j owns channels
/// [j d/h, (j+1) d/h) of each third.
struct attention {
    int heads = 1;

    template <operand X>
    static X compose(context& ctx, const attention& self, const X& qkv) {
        const shape in = shape_of(qkv);
        const extent batch = in[0], tokens = in[1], width = in[2] / 3, h = self.heads;
        const X split = mgkit::permute(
            ctx, mgkit::reshape(ctx, qkv, {batch, tokens, 3, h, width / h}), {2, 0, 3, 1, 4});
        const auto part = [&](extent which) {
            return mgkit::reshape(ctx, mgkit::slice(ctx, split, 0, which, 1),
                                  {batch * h, tokens, width / h});
        };
        const double scale = 1.0 / std::sqrt(static_cast<double>(width / h));
        const X scores =
            mgkit::affine(ctx, mgkit::matmul(ctx, part(0), part(1), false, true), scale);
        const X mixed = mgkit::matmul(ctx, apply(ctx, softmax{}, scores), part(2));
        const X heads_last = mgkit::permute(
            ctx, mgkit::reshape(ctx, mixed, {batch, h, tokens, width / h}), {0, 2, 1, 3});
        return mgkit::reshape(ctx, heads_last, {batch, tokens, width});
    }
};

/// softmax(scale * query memory^T) memory, sample by sample: one matrix serves as keys and values.
struct attend {
    double scale = 1;

    template <operand X>
    static X compose(context& ctx, const attend& self, const X& query, const X& memory) {
        const X scores =
            mgkit::affine(ctx, mgkit::matmul(ctx, query, memory, false, true), self.scale);
        return mgkit::matmul(ctx, apply(ctx, softmax{}, scores), memory);
    }
};

/// activation(W x + b) along the token axis, for every channel: W [M, N], x [B, N, d], b [M].
struct token_mix {
    activation act = activation::none;

    template <operand X>
    static X compose(context& ctx, const token_mix& self, const X& x, const X& weight,
                     const X& bias) {
        const X column = mgkit::reshape(ctx, bias, {shape_of(bias)[0], 1});
        X out = mgkit::add(ctx, mgkit::matmul(ctx, weight, x), column);
        if (self.act == activation::relu) out = apply(ctx, relu{}, out);
        if (self.act == activation::gelu) out = apply(ctx, gelu{}, out);
        return out;
    }
};

/// Tokens 0, gap, 2 gap, ... of `kept`, all others of `mixed`; both [B, N, d].
struct restore_tokens {
    int gap = 4;

    template <operand X>
    static X compose(context& ctx, const restore_tokens& self, const X& mixed, const X& kept) {
        using T = tensor_of<X>;
        using scalar = scalar_of<X>;
        const shape in = shape_of(mixed);
        const auto mask = [](std::span<scalar> out, std::size_t every) {
            for (std::size_t i = 0; i < out.size(); i += every) out[i] = 1;
        };
        const X column =
            X{step_values<T>(ctx, {in[1], 1}, mask, static_cast<std::size_t>(self.gap))};
        const X everywhere = mgkit::add(ctx, constant<X>(ctx, in, 0), column);
        return mgkit::select(ctx, everywhere, kept, mixed);
    }
};

}  // namespace op

/// Softmax over the last axis.
template <operand X>
X softmax(context& ctx, const X& x) {
    const shape in = shape_of(x);
    if (in.rank() < 1 || in[-1] == 0) throw error("softmax", "a last axis with entries", in.str());
    return apply(ctx, op::softmax{}, x);
}

/// Multi-head self-attention core: qkv [B, N, 3d] -> [B, N, d]; scale 1/sqrt(d/h), no dropout.
/// Cost: 2 B N^2 d multiply-adds.
template <operand X>
X attention(context& ctx, const X& qkv, int heads) {
    const shape in = shape_of(qkv);
    if (in.rank() != 3 || heads < 1 || in[1] == 0 || in[2] == 0 || in[2] % (3 * heads) != 0)
        throw error("attention",
                    text("qkv [B, N, 3d] with tokens and d divisible by ", heads, " heads"),
                    in.str(), "choose a width that is a multiple of the number of heads");
    return apply(ctx, op::attention{heads}, qkv);
}

/// softmax(scale * query memory^T) memory: query and memory [B, N, d] -> [B, N, d]; what attention
/// with one head leaves once its four projections are two (see nn::self_attention).
/// Cost: 2 B N^2 d multiply-adds.
template <operand X>
X attend(context& ctx, const X& query, const X& memory, double scale) {
    const shape in = shape_of(query);
    if (in != shape_of(memory) || in.rank() != 3 || in[1] == 0 || in[2] == 0 || !(scale > 0))
        throw error(
            "attend",
            "query and memory of one shape [B, N, d], with tokens and channels, and a scale "
            "above 0",
            text(in.str(), " and ", shape_of(memory).str(), ", scale ", scale));
    return apply(ctx, op::attend{scale}, query, memory);
}

/// activation(W x + b) along tokens: x [B, N, d], weight [M, N], bias [M] -> [B, M, d].
template <operand X>
X token_mix(context& ctx, const X& x, const X& weight, const X& bias,
            activation act = activation::none) {
    const shape in = shape_of(x), w = shape_of(weight);
    if (in.rank() != 3 || w.rank() != 2 || w[1] != in[1] || shape_of(bias) != shape{w[0]})
        throw error("token_mix", text("x [B, N, d], weight [M, N], bias [M]"),
                    text("x ", in.str(), ", weight ", w.str(), ", bias ", shape_of(bias).str()),
                    "the number of tokens is fixed by the weights: resample the clip to it");
    return apply(ctx, op::token_mix{act}, x, weight, bias);
}

/// Puts tokens 0, gap, 2 gap, ... of `kept` back into `mixed`.
template <operand X>
X restore_tokens(context& ctx, const X& mixed, const X& kept, int gap) {
    if (gap < 1 || shape_of(mixed) != shape_of(kept) || shape_of(mixed).rank() != 3)
        throw error("restore_tokens", "a gap of 1 or more and two equal shapes [B, N, d]",
                    text("gap ", gap, ", ", shape_of(mixed).str(), " and ", shape_of(kept).str()));
    return apply(ctx, op::restore_tokens{gap}, mixed, kept);
}

}  // namespace MGKIT_NAMESPACE
