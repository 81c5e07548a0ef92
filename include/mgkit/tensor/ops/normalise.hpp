// SPDX-License-Identifier: MIT
// Batch normalisation with what follows it in a residual network: one pass instead of three.
#pragma once

#include <optional>

#include "mgkit/tensor/ops/layers.hpp"

namespace MGKIT_NAMESPACE {

namespace op {

/// relu(scale * (x - mean) / sqrt(variance + epsilon) + shift + residual) over columns of x [B, D],
/// moments [2, 1, D], residual [B, D] or [0] for none.
struct normalise {
    double epsilon = 1e-5;
    bool fixed = false;  ///< moments are constants; else those of x, so that gradients pass them
    bool relu = false;

    template <operand X>
    static X compose(context& ctx, const normalise& self, const X& x, const X& scale,
                     const X& shift, const X& moments, const X& residual) {
        std::optional<X> out;
        if (self.fixed) {
            const shape row{shape_of(x)[1]};
            const X mean = mgkit::reshape(ctx, mgkit::slice(ctx, moments, 0, 0, 1), row);
            const X variance = mgkit::reshape(ctx, mgkit::slice(ctx, moments, 0, 1, 1), row);
            const X inverse = mgkit::rsqrt(ctx, mgkit::affine(ctx, variance, 1, self.epsilon));
            const X factor = mgkit::mul(ctx, scale, inverse);
            const X offset = mgkit::sub(ctx, shift, mgkit::mul(ctx, mean, factor));
            out = mgkit::add(ctx, mgkit::mul(ctx, x, factor), offset);
        } else {
            out = apply(ctx, batch_norm{1, self.epsilon}, x, scale, shift, moments);
        }
        if (shape_of(residual).elements() > 0) out = mgkit::add(ctx, *out, residual);
        if (self.relu) out = apply(ctx, op::relu{}, *out);
        return *out;
    }
};

}  // namespace op

/// What `normalise` does beside standardising.
template <operand X>
struct normalise_end {
    const X* residual = nullptr;  ///< added, of x's extents
    bool relu = false;            ///< last
};

/// Batch normalisation by given statistics as the end of another operation: scale, shift, mean and
/// variance of every channel, then a residual and relu.
template <class T>
struct normalised_end {
    const T &scale, &shift, &mean, &variance;
    double epsilon = 1e-5;
    normalise_end<T> then{};
};

namespace detail {

template <operand X>
X normalise_rows(context& ctx, const X& x, const X& scale, const X& shift,
                 const tensor_of<X>& moments, double epsilon, bool fixed,
                 const normalise_end<X>& end) {
    const shape in = shape_of(x);
    const extent width = in.rank() < 1 ? 0 : in[-1];
    if (width == 0 || in.elements() == 0)
        throw error("normalise", "x [..., D] that is not empty", in.str());
    if (shape_of(scale) != shape{width} || shape_of(shift) != shape{width} ||
        shape_of(moments).elements() != 2 * width)
        throw error("normalise", text("scale and shift of [", width, "], as many moments"),
                    text(shape_of(scale).str(), ", ", shape_of(shift).str(), ", ",
                         shape_of(moments).str()));
    if (end.residual && shape_of(*end.residual) != in)
        throw error("normalise", text("a residual of ", in.str()), shape_of(*end.residual).str());
    const shape rows{in.elements() / width, width};
    const X none = constant<X>(ctx, {0}, 0);
    const X added = end.residual ? mgkit::reshape(ctx, *end.residual, rows) : none;
    return mgkit::reshape(
        ctx,
        apply(ctx, op::normalise{epsilon, fixed, end.relu}, mgkit::reshape(ctx, x, rows), scale,
              shift, X{mgkit::reshape(ctx, moments, {2, 1, width})}, added),
        in);
}

/// Errors: an end that does not fit results [..., D], in the name of `where`.
template <class T>
void require_end(const char* where, const normalised_end<T>& end, const shape& to) {
    const shape width{to[-1]};
    for (const T* const each : {&end.scale, &end.shift, &end.mean, &end.variance})
        if (shape_of(*each) != width)
            throw error(where, text("scale, shift, mean and variance of ", width.str()),
                        shape_of(*each).str());
    if (end.then.residual && shape_of(*end.then.residual) != to)
        throw error(where, text("a residual of ", to.str()), shape_of(*end.then.residual).str());
}

}  // namespace detail

/// Batch normalisation of x [..., D] by the statistics of all rows, then the residual, then relu,
/// in one operation. Hands out the statistics [2, 1, D]. Errors: fewer than two rows, other
/// extents.
template <operand X>
normalised<X> normalise(context& ctx, const X& x, const X& scale, const X& shift,
                        const normalise_end<X>& end = {}, double epsilon = 1e-5) {
    const shape in = shape_of(x);
    const extent width = in.rank() < 1 ? 0 : in[-1];
    if (width == 0 || in.elements() < 2 * width)
        throw error("normalise", "x [..., D] of two rows or more while training", in.str(),
                    "use a batch of two clips or more, or evaluate with running statistics");
    using T = tensor_of<X>;
    T both = apply(ctx, op::moments{1},
                   mgkit::reshape(ctx, value_of(detach(x)), {in.elements() / width, width}));
    X out = detail::normalise_rows(ctx, x, scale, shift, both, epsilon, false, end);
    return {std::move(out), std::move(both)};
}

/// The same by given moments, which are constants: [2, D], means before variances.
template <operand X>
X normalise_by(context& ctx, const X& x, const X& scale, const X& shift,
               const tensor_of<X>& moments, const normalise_end<X>& end = {},
               double epsilon = 1e-5) {
    return detail::normalise_rows(ctx, x, scale, shift, moments, epsilon, true, end);
}

}  // namespace MGKIT_NAMESPACE
