// Operations of feed-forward layers, each with its composition from primitives.
#pragma once

#include "mgkit/tensor/ops/structure.hpp"

namespace mgkit {

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

/// Standardises columns of x [groups * B, D] within each group of B rows, then scales and shifts.
struct batch_norm {
    int groups = 1;
    double epsilon = 1e-5;

    template <operand X>
    static X compose(context& ctx, const batch_norm& self, const X& x, const X& scale,
                     const X& shift) {
        const shape in = shape_of(x);
        const X grouped = mgkit::reshape(ctx, x, {self.groups, in[0] / self.groups, in[1]});
        const X centred = mgkit::sub(ctx, grouped, mgkit::mean(ctx, grouped, {1}, true));
        const X variance = mgkit::mean(ctx, mgkit::square(ctx, centred), {1}, true);
        const X inverse = mgkit::rsqrt(ctx, mgkit::affine(ctx, variance, 1, self.epsilon));
        const X unit = mgkit::mul(ctx, centred, inverse);
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

/// Batch normalisation by the statistics of the batch: x [groups * B, D], statistics per group of B
/// consecutive rows (one group per view), biased variance.
template <operand X>
X batch_norm(context& ctx, const X& x, const X& scale, const X& shift, int groups = 1,
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
    return apply(ctx, op::batch_norm{groups, epsilon}, x, scale, shift);
}

/// Mean (row 0) and biased variance (row 1) of the columns of x [B, D]; not recorded.
template <tensor T>
T column_statistics(context& ctx, const T& x) {
    const T average = mgkit::mean(ctx, x, {0}, true);
    const T variance = mgkit::mean(ctx, square(ctx, sub(ctx, x, average)), {0}, true);
    return concat(ctx, 0, average, variance);
}

}  // namespace mgkit
