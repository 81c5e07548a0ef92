// SPDX-License-Identifier: MIT
// The dense spatio-temporal layer of USDRL: a convolution branch and a dense-shift branch that
// share one attention.
#pragma once

#include <string>

#include "mgkit/nn/attention.hpp"
#include "mgkit/nn/drop_path.hpp"
#include "mgkit/nn/norm.hpp"

namespace MGKIT_NAMESPACE::nn {

/// u = x + relu(conv(x)); r = x + D(A(norm1 u)); result D(mlp(norm2 r)), without a skip around the
/// mlp (so a dropped mlp zeroes the branch). Owns the attention A that the other branch shares.
template <model_tensor T>
struct conv_branch {
    self_attention<T> attn;
    pointwise_conv<T> conv1;
    layer_norm<T> norm1, norm2;
    nn::mlp<T> mlp;

    conv_branch() = default;
    MGKIT_COLD conv_branch(const scope& at, extent width, int heads)
        : attn(at / "attn", width, heads),
          conv1(at / "conv1", width, width),
          norm1(at / "norm1", width),
          norm2(at / "norm2", width),
          mlp(at / "mlp", width, 2 * width, width) {}

    static constexpr auto fields() {
        return members(field("attn", &conv_branch::attn), field("conv1", &conv_branch::conv1),
                       field("norm1", &conv_branch::norm1), field("norm2", &conv_branch::norm2),
                       field("mlp", &conv_branch::mlp));
    }

    template <operand X>
    MGKIT_COLD X operator()(context& ctx, const X& x, const path_plan<X, 6>& paths) const {
        return (*this)(ctx, x, attn, paths);
    }
    /// With `attention` for A: this branch's own, or a map of it that is ready.
    template <operand X, class Attention>
    MGKIT_COLD X operator()(context& ctx, const X& x, const Attention& attention,
                            const path_plan<X, 6>& paths) const {
        const X u = add(ctx, x, conv1(ctx, x, activation::relu));
        const X r = paths(ctx, x, 0, u, [&](const X& k) { return attention(ctx, norm1(ctx, k)); });
        return paths(ctx, 1, r, [&](const X& k) { return mlp(ctx, norm2(ctx, k)); });
    }
};

/// s mixes tokens densely (two N x N maps with a ReLU between, plus x), with every gap-th token put
/// back; z in {s, x} each passes r = z + D(A(norm1 z)), f = r + D(mlp(norm2 r)); the result is the
/// mean of the two.
template <model_tensor T>
struct shift_branch {
    linear<T> wt1, wt2;
    layer_norm<T> norm1, norm2;
    nn::mlp<T> mlp;
    int gap = 4;

    shift_branch() = default;
    MGKIT_COLD shift_branch(const scope& at, extent tokens, extent width, int shift_gap)
        : wt1(at / "wt1", tokens, tokens),
          wt2(at / "wt2", tokens, tokens),
          norm1(at / "norm1", width),
          norm2(at / "norm2", width),
          mlp(at / "mlp", width, 2 * width, width),
          gap(shift_gap) {}

    static constexpr auto fields() {
        return members(field("wt1", &shift_branch::wt1), field("wt2", &shift_branch::wt2),
                       field("norm1", &shift_branch::norm1), field("norm2", &shift_branch::norm2),
                       field("mlp", &shift_branch::mlp));
    }

    template <operand X, class Attention>
    MGKIT_COLD X operator()(context& ctx, const X& x, const Attention& attention,
                            const path_plan<X, 6>& paths) const {
        const X hidden = token_mix(ctx, x, use<X>(wt1.weight), use<X>(wt1.bias), activation::relu);
        const X mixed = add(ctx, token_mix(ctx, hidden, use<X>(wt2.weight), use<X>(wt2.bias)), x);
        const X s = restore_tokens(ctx, mixed, x, gap);
        const X fs = refine(ctx, s, attention, paths, 2);
        const X fx = refine(ctx, x, attention, paths, 4);
        return blend(ctx, 0.5, fs, 0.5, fx);
    }

private:
    template <operand X, class Attention>
    X refine(context& ctx, const X& z, const Attention& attention, const path_plan<X, 6>& paths,
             int first) const {
        const X r =
            paths(ctx, z, first, z, [&](const X& k) { return attention(ctx, norm1(ctx, k)); });
        return paths(ctx, r, first + 1, r, [&](const X& k) { return mlp(ctx, norm2(ctx, k)); });
    }
};

/// alpha * conv branch + (1 - alpha) * shift branch over tokens [B, N, d]; N is fixed by the shift
/// maps. The shift branch's attention is the conv branch's, listed in files under both names.
///
/// Randomness: stochastic depth, six draws per sample (conv attention, conv mlp, shifted attention,
/// shifted mlp, plain attention, plain mlp). Cost per token: 25 d^2 + 6 N d + 2 N d multiply-adds;
/// 19 d^2 with one head (see self_attention). Source: USDRL (Weng et al.), reference code at
/// 7e83bb6; kernel size 1 only, as there.
template <model_tensor T>
struct dst_layer {
    conv_branch<T> CA;
    shift_branch<T> DSA;
    double alpha = 0.5, drop_path = 0.1;
    std::string name;

    struct settings {
        int heads = 1;
        int gap = 4;
        double alpha = 0.5;
        double drop_path = 0.1;
    };

    dst_layer() = default;
    MGKIT_COLD dst_layer(const scope& at, extent tokens, extent width, const settings& s)
        : CA(at / "CA", width, s.heads),
          DSA(at / "DSA", tokens, width, s.gap),
          alpha(s.alpha),
          drop_path(s.drop_path),
          name(at.name) {
        if (s.gap < 1) throw error("dst_layer", "a shift gap of 1 or more", std::to_string(s.gap));
        if (!(s.drop_path >= 0 && s.drop_path < 1))
            throw error("dst_layer", "a drop-path rate in [0, 1)", std::to_string(s.drop_path));
    }

    static constexpr auto fields() {
        return members(field("CA", &dst_layer::CA), field("DSA", &dst_layer::DSA),
                       alias(
                           "DSA.attn", [](auto& self) -> auto& { return self.CA.attn; }));
    }

    template <operand X>
    MGKIT_COLD X operator()(context& ctx, const X& x) const {
        return (*this)(ctx, x, draw_paths<6, X>(ctx, name, drop_path, shape_of(x)[0]));
    }
    template <operand X>
    MGKIT_COLD X operator()(context& ctx, const X& x, const path_plan<X, 6>& paths) const {
        const auto attention = CA.attn.map_for(ctx, x);
        const X conv = CA(ctx, x, attention, paths);
        return blend(ctx, alpha, conv, 1 - alpha, DSA(ctx, x, attention, paths));
    }
};

}  // namespace MGKIT_NAMESPACE::nn
