// SPDX-License-Identifier: MIT
// Operations of feed-forward layers, each with its composition from primitives.
#pragma once

#include <concepts>
#include <utility>

#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE {

/// What follows an affine map in the same operation.
enum class activation { none, relu, gelu };

namespace op {

/// max(x, 0), with slope 0 at 0; NaN stays NaN.
struct relu {
    template <operand X>
    static X compose(context& ctx, const relu&, const X& x) {
        const X zero = constant<X>(ctx, shape_of(x), 0);
        const X positive = mgkit::mul(ctx, x, mgkit::greater(ctx, x, zero));
        return mgkit::select(ctx, mgkit::greater(ctx, zero, x), zero, positive);
    }
};

/// x * Phi(x) with the exact normal distribution (erf), not the tanh approximation.
struct gelu {
    template <operand X>
    static X compose(context& ctx, const gelu&, const X& x) {
        const X phi = mgkit::affine(
            ctx, mgkit::erf(ctx, mgkit::affine(ctx, x, 0.70710678118654752)), 0.5, 0.5);
        return mgkit::mul(ctx, x, phi);
    }
};

/// 1 / (1 + exp(-x)).
struct sigmoid {
    template <operand X>
    static X compose(context& ctx, const sigmoid&, const X& x) {
        return mgkit::affine(ctx, mgkit::tanh(ctx, mgkit::affine(ctx, x, 0.5)), 0.5, 0.5);
    }
};

/// activation(x W^T + b) over the last axis; W [out, in], b [out].
struct linear {
    activation act = activation::none;

    static shape result(const shape& x, const shape& weight) {
        shape out = x;
        out[-1] = weight[0];
        return out;
    }
    template <operand X>
    static X compose(context& ctx, const linear& self, const X& x, const X& weight, const X& bias) {
        const shape in = shape_of(x);
        const X rows = mgkit::reshape(ctx, x, {in.elements() / in[-1], in[-1]});
        X out = mgkit::add(ctx, mgkit::matmul(ctx, rows, weight, false, true), bias);
        if (self.act == activation::relu) out = apply(ctx, relu{}, out);
        if (self.act == activation::gelu) out = apply(ctx, gelu{}, out);
        return mgkit::reshape(ctx, out, result(in, shape_of(weight)));
    }
};

/// Standardises the last axis, then scales and shifts it.
struct layer_norm {
    double epsilon = 1e-5;

    template <operand X>
    static X compose(context& ctx, const layer_norm& self, const X& x, const X& scale,
                     const X& shift) {
        const X centred = mgkit::sub(ctx, x, mgkit::mean(ctx, x, {-1}, true));
        const X variance = mgkit::mean(ctx, mgkit::square(ctx, centred), {-1}, true);
        const X inverse = mgkit::rsqrt(ctx, mgkit::affine(ctx, variance, 1, self.epsilon));
        const X unit = mgkit::mul(ctx, centred, inverse);
        return mgkit::add(ctx, mgkit::mul(ctx, unit, scale), shift);
    }
};

/// Mean and biased variance of the columns of x [groups * B, D] within each group of B rows:
/// [2, groups, D].
struct moments {
    int groups = 1;

    shape result(const shape& in) const { return {2, groups, in[1]}; }
    template <operand X>
    static X compose(context& ctx, const moments& self, const X& x) {
        const shape in = shape_of(x);
        const X grouped = mgkit::reshape(ctx, x, {self.groups, in[0] / self.groups, in[1]});
        const X average = mgkit::mean(ctx, grouped, {1}, true);
        const X variance =
            mgkit::mean(ctx, mgkit::square(ctx, mgkit::sub(ctx, grouped, average)), {1}, true);
        const shape each{1, self.groups, in[1]};
        return mgkit::concat(ctx, 0, mgkit::reshape(ctx, average, each),
                             mgkit::reshape(ctx, variance, each));
    }
};

/// Standardises columns of x [groups * B, D] by the moments [2, groups, D] of their group, then
/// scales and shifts. The moments are those of x, so that their gradient is part of x's.
struct batch_norm {
    int groups = 1;
    double epsilon = 1e-5;

    template <operand X>
    static X compose(context& ctx, const batch_norm& self, const X& x, const X& scale,
                     const X& shift, const X& given) {
        const shape in = shape_of(x);
        const shape row{self.groups, 1, in[1]};
        // Where a gradient may be wanted the moments are made again of x.
        constexpr bool values = std::same_as<X, tensor_of<X>> && !native_gradient<tensor_of<X>>;
        const X both = values ? given : apply(ctx, moments{self.groups}, x);
        const X average = mgkit::reshape(ctx, mgkit::slice(ctx, both, 0, 0, 1), row);
        const X variance = mgkit::reshape(ctx, mgkit::slice(ctx, both, 0, 1, 1), row);
        const X grouped = mgkit::reshape(ctx, x, {self.groups, in[0] / self.groups, in[1]});
        const X inverse = mgkit::rsqrt(ctx, mgkit::affine(ctx, variance, 1, self.epsilon));
        const X unit = mgkit::mul(ctx, mgkit::sub(ctx, grouped, average), inverse);
        return mgkit::reshape(ctx, mgkit::add(ctx, mgkit::mul(ctx, unit, scale), shift), in);
    }
};

}  // namespace op

template <operand X>
X relu(context& ctx, const X& x) {
    return apply(ctx, op::relu{}, x);
}
template <operand X>
X gelu(context& ctx, const X& x) {
    return apply(ctx, op::gelu{}, x);
}

/// 1 / (1 + exp(-x)).
template <operand X>
X sigmoid(context& ctx, const X& x) {
    return apply(ctx, op::sigmoid{}, x);
}

/// activation(x W^T + b): x [..., in], weight [out, in], bias [out] -> [..., out].
/// Cost: rows * in * out multiply-adds.
template <operand X>
X linear(context& ctx, const X& x, const X& weight, const X& bias,
         activation act = activation::none) {
    const shape in = shape_of(x), w = shape_of(weight), b = shape_of(bias);
    if (w.rank() != 2 || in.rank() < 1 || in[-1] != w[1] || b != shape{w[0]} || w[1] == 0)
        throw error("linear", text("x [..., in], weight [out, in], bias [out]"),
                    text("x ", in.str(), ", weight ", w.str(), ", bias ", b.str()),
                    "check that frames, joints, persons and channels match the model's");
    return apply(ctx, op::linear{act}, x, weight, bias);
}

/// Layer normalisation of the last axis: x [..., D], scale and shift [D].
template <operand X>
X layer_norm(context& ctx, const X& x, const X& scale, const X& shift, double epsilon = 1e-5) {
    const shape in = shape_of(x);
    if (in.rank() < 1 || in[-1] == 0)
        throw error("layer_norm", "x [..., D] with D of 1 or more", in.str());
    if (shape_of(scale) != shape{in[-1]} || shape_of(shift) != shape_of(scale))
        throw error("layer_norm", text("scale and shift of [", in[-1], "]"),
                    text(shape_of(scale).str(), " and ", shape_of(shift).str()));
    return apply(ctx, op::layer_norm{epsilon}, x, scale, shift);
}

/// A batch-normalised tensor and what it was normalised by.
template <operand X>
struct normalised {
    X out;
    tensor_of<X> moments;  ///< [2, groups, D]: means, biased variances; not recorded
};

/// Mean and biased variance of the columns of x [groups * B, D] within each group of B consecutive
/// rows -> [2, groups, D]. Errors: rows that are no equal groups, or groups without rows.
template <operand X>
X moments(context& ctx, const X& x, int groups = 1) {
    const shape in = shape_of(x);
    if (in.rank() != 2 || groups < 1 || in[0] % groups != 0 || in[0] == 0)
        throw error("moments", text("rows in ", groups, " equal groups"), in.str());
    return apply(ctx, op::moments{groups}, x);
}

/// Batch normalisation by the statistics of the batch: x [groups * B, D], statistics per group of B
/// consecutive rows (one group per view), biased variance. Hands out the statistics, which are
/// computed once.
template <operand X>
normalised<X> batch_norm(context& ctx, const X& x, const X& scale, const X& shift, int groups = 1,
                         double epsilon = 1e-5) {
    const shape in = shape_of(x);
    if (in.rank() != 2 || groups < 1 || in[0] % groups != 0 || in[0] == 0)
        throw error("batch_norm", text("rows in ", groups, " equal groups"), in.str());
    if (in[0] / groups < 2)
        throw error("batch_norm", "at least two rows per view while training", in.str(),
                    "use a batch of two clips or more, or evaluate with running statistics");
    if (shape_of(scale) != shape{in[1]} || shape_of(shift) != shape_of(scale))
        throw error("batch_norm", text("scale and shift of [", in[1], "]"),
                    text(shape_of(scale).str(), " and ", shape_of(shift).str()));
    using T = tensor_of<X>;
    T both = apply(ctx, op::moments{groups}, value_of(detach(x)));
    X out = apply(ctx, op::batch_norm{groups, epsilon}, x, scale, shift, X{both});
    return {std::move(out), std::move(both)};
}

}  // namespace MGKIT_NAMESPACE
