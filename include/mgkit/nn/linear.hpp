// SPDX-License-Identifier: MIT
// Affine maps.
#pragma once

#include <cmath>

#include "mgkit/nn/module.hpp"
#include "mgkit/tensor/ops/layers.hpp"

namespace MGKIT_NAMESPACE::nn {

/// activation(x W^T + b) over the last axis: [..., in] -> [..., out].
/// Initial values: W normal with deviation .02, b 0 (USDRL's initialiser).
template <model_tensor T>
struct linear {
    parameter<T> weight, bias;

    linear() = default;
    MGKIT_COLD linear(const scope& at, extent in, extent out, double deviation = 0.02)
        : weight(initial::normal<T>(at / "weight", {out, in}, deviation)),
          bias(initial::constant<T>(at / "bias", {out}, 0)) {}

    static constexpr auto fields() {
        return members(field("weight", &linear::weight), field("bias", &linear::bias));
    }

    template <operand X>
    X operator()(context& ctx, const X& x, activation act = activation::none) const {
        return mgkit::linear(ctx, x, use<X>(weight), use<X>(bias), act);
    }
};

/// Convolution with kernel 1 over tokens [B, N, d]: an affine map whose weight is stored [out, in,
/// 1]. Initial values uniform in +-1/sqrt(in), the default of the reference's framework.
template <model_tensor T>
struct pointwise_conv {
    parameter<T> weight, bias;

    pointwise_conv() = default;
    MGKIT_COLD pointwise_conv(const scope& at, extent in, extent out)
        : weight(initial::uniform<T>(at / "weight", {out, in, 1}, bound(in))),
          bias(initial::uniform<T>(at / "bias", {out}, bound(in))) {}

    static constexpr auto fields() {
        return members(field("weight", &pointwise_conv::weight),
                       field("bias", &pointwise_conv::bias));
    }

    template <operand X>
    X operator()(context& ctx, const X& x, activation act = activation::none) const {
        const shape w = shape_of(weight.value);
        const X matrix = reshape(ctx, use<X>(weight), {w[0], w[1]});
        return mgkit::linear(ctx, x, matrix, use<X>(bias), act);
    }

private:
    static double bound(extent in) { return 1.0 / std::sqrt(static_cast<double>(in)); }
};

/// Two affine maps with an exact GELU between: in -> hidden -> out.
template <model_tensor T>
struct mlp {
    linear<T> fc1, fc2;

    mlp() = default;
    MGKIT_COLD mlp(const scope& at, extent in, extent hidden, extent out)
        : fc1(at / "fc1", in, hidden), fc2(at / "fc2", hidden, out) {}

    static constexpr auto fields() {
        return members(field("fc1", &mlp::fc1), field("fc2", &mlp::fc2));
    }

    template <operand X>
    X operator()(context& ctx, const X& x) const {
        return fc2(ctx, fc1(ctx, x, activation::gelu));
    }
};

}  // namespace MGKIT_NAMESPACE::nn
