// SPDX-License-Identifier: MIT
// Multi-head self-attention with packed projections.
#pragma once

#include <cmath>
#include <concepts>

#include "mgkit/nn/linear.hpp"
#include "mgkit/nn/standing.hpp"
#include "mgkit/tensor/ops/attention.hpp"

namespace MGKIT_NAMESPACE::nn {

/// Self-attention ready for a forward pass: what several uses of one set of projections share.
template <operand X>
class attention_map {
public:
    /// in_weight [3d, d], in_bias [3d]: query, key and value projections in that order; out_weight
    /// [d, d], out_bias [d]; `merged`: two projections instead of four, with one head.
    attention_map(context& ctx, int heads, bool merged, const X& in_weight, const X& in_bias,
                  const X& out_weight, const X& out_bias)
        : heads_(heads),
          merged_(merged && heads == 1),
          in_weight_(in_weight),
          in_bias_(in_bias),
          out_weight_(out_weight),
          out_bias_(out_bias) {
        if (merged_) merge(ctx, shape_of(out_weight)[0]);
    }

    MGKIT_COLD X operator()(context& ctx, const X& x) const {
        const X projected = mgkit::linear(ctx, x, in_weight_, in_bias_);
        const X mixed =
            merged_ ? attend(ctx, projected, x, 1 / std::sqrt(static_cast<double>(shape_of(x)[2])))
                    : attention(ctx, projected, heads_);
        return mgkit::linear(ctx, mixed, out_weight_, out_bias_);
    }

private:
    /// (Wq x + bq)^T (Wk y + bk) = (Wk^T Wq x + Wk^T bq)^T y + what is the same for every y, which
    /// softmax ignores; Wo (Wv sum_i p_i y_i + bv) + bo = (Wo Wv) sum_i p_i y_i + Wo bv + bo.
    void merge(context& ctx, extent width) {
        const auto rows = [&](extent which) {
            return slice(ctx, in_weight_, 0, which * width, width);
        };
        const auto biases = [&](extent which) {
            return reshape(ctx, slice(ctx, in_bias_, 0, which * width, width), {1, width});
        };
        const X query = rows(0), key = rows(1), value = rows(2);
        const X bias = reshape(ctx, matmul(ctx, biases(2), out_weight_, false, true), {width});
        in_bias_ = reshape(ctx, matmul(ctx, biases(0), key), {width});
        in_weight_ = matmul(ctx, key, query, true, false);
        out_bias_ = add(ctx, out_bias_, bias);
        out_weight_ = matmul(ctx, out_weight_, value);
    }

    int heads_;
    bool merged_;
    X in_weight_, in_bias_, out_weight_, out_bias_;
};

/// Self-attention over tokens [B, N, d] -> [B, N, d]; query, key and value projections are rows of
/// one matrix, in that order. Xavier-uniform in-projection, zero biases.
///
/// Cost per token 4 d^2 + 2 N d. With one head and many tokens 2 d^2 + 2 N d, and d^3 twice for the
/// products Wk^T Wq and Wo Wv that then stand for the four projections: the same function and
/// gradients but for rounding (the key bias, which softmax ignores, gets a gradient of exactly 0).
template <model_tensor T>
struct self_attention {
    parameter<T> in_proj_weight, in_proj_bias;
    linear<T> out_proj;
    int heads = 1;

    self_attention() = default;
    MGKIT_COLD self_attention(const scope& at, extent width, int head_count)
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

    /// The map for uses on tokens of x's shape, within one forward pass.
    template <operand X>
    attention_map<X> map_for(context& ctx, const X& x) const {
        const shape in = shape_of(x);
        if (in.rank() != 3) throw error("self_attention", "tokens [B, N, d]", in.str());
        if constexpr (std::same_as<X, T>)
            if (const auto* const ready = standing_value(ctx, *this)) return *ready;
        return map<X>(ctx, in[0] * in[1] >= 2 * in[2]);
    }
    /// The map for passes on plain tensors of any shape, see nn::prepared.
    attention_map<T> standing(context& ctx) const { return map<T>(ctx, true); }

    template <operand X>
    MGKIT_COLD X operator()(context& ctx, const X& x) const {
        return map_for(ctx, x)(ctx, x);
    }

private:
    template <operand X>
    attention_map<X> map(context& ctx, bool merged) const {
        return {ctx,
                heads,
                merged,
                use<X>(in_proj_weight),
                use<X>(in_proj_bias),
                use<X>(out_proj.weight),
                use<X>(out_proj.bias)};
    }
};

}  // namespace MGKIT_NAMESPACE::nn
