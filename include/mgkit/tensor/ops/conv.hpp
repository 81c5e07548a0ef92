// SPDX-License-Identifier: MIT
// Convolution along one to three axes, channels last.
#pragma once

#include <optional>

#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/ops/layers.hpp"
#include "mgkit/tensor/ops/window.hpp"

namespace MGKIT_NAMESPACE {

namespace op {

/// x [N, D1, .., Dk, C] with weight [O, C / groups, K1, .., Kk] and bias [O].
struct conv {
    window over{};
    extent groups = 1;

    shape result(const shape& x, const shape& weight) const {
        return over.result(x, weight[0], "conv");
    }
    /// Multiply-adds.
    extent work(const shape& x, const shape& weight) const {
        return result(x, weight).elements() * weight[1] * over.taps();
    }
    template <operand X>
    static X compose(context& ctx, const conv& self, const X& x, const X& weight, const X& bias) {
        using T = tensor_of<X>;
        const shape in = shape_of(x), w = shape_of(weight), to = self.result(in, w);
        const extent outputs = to.elements() / (to[0] * to[-1]), taps = self.over.taps();
        const extent channels = in[-1], each = w[1], made = w[0] / self.groups;
        X entries = mgkit::reshape(ctx, x, {in[0], in.elements() / (in[0] * channels), channels});
        if (self.over.padded())
            entries = mgkit::concat(ctx, 1, entries, constant<X>(ctx, {in[0], 1, channels}, 0));
        const X seen = mgkit::reshape(
            ctx, mgkit::gather(ctx, entries, 1, detail::tap_places<T>(ctx, self.over, in, outputs)),
            {in[0] * outputs, taps, channels});
        const X kernel =
            mgkit::permute(ctx, mgkit::reshape(ctx, weight, {w[0], each, taps}), {0, 2, 1});
        std::optional<X> out;
        for (extent g = 0; g < self.groups; ++g) {
            const X rows = mgkit::reshape(ctx, mgkit::slice(ctx, seen, 2, g * each, each),
                                          {in[0] * outputs, taps * each});
            const X matrix = mgkit::reshape(ctx, mgkit::slice(ctx, kernel, 0, g * made, made),
                                            {made, taps * each});
            const X part = mgkit::matmul(ctx, rows, matrix, false, true);
            out = out ? mgkit::concat(ctx, 1, *out, part) : part;
        }
        return mgkit::reshape(ctx, mgkit::add(ctx, *out, bias), to);
    }
};

}  // namespace op

namespace detail {

/// Extents of a convolution. Errors: operands that do not fit.
inline shape conv_result(const op::conv& o, const shape& in, const shape& w, const shape& b) {
    bool fits = in.rank() == o.over.axes() + 2 && w.rank() == in.rank() && o.groups >= 1 &&
                in.elements() > 0 && in[-1] == w[1] * o.groups && w[0] % o.groups == 0 &&
                w[0] > 0 && b == shape{w[0]};
    for (int i = 0; fits && i < o.over.axes(); ++i) fits = w[i + 2] == o.over[i].kernel;
    if (!fits)
        throw error("conv",
                    text("x [N, ", o.over.axes(), " axes, C], weight [O, C / ", o.groups,
                         ", kernel], bias [O], none empty"),
                    text("x ", in.str(), ", weight ", w.str(), ", bias ", b.str()));
    return o.over.result(in, w[0], "conv");
}

}  // namespace detail

/// Convolution (cross-correlation, as networks have it) along one to three axes: x [N, D1, .., Dk,
/// C], weight [O, C / groups, K1, .., Kk] as PyTorch keeps it, bias [O] -> [N, O1, .., Ok, O].
/// Entries beside x count as 0. Channels stand last, so that one of kernel 1 is a product over
/// rows.
/// Errors: extents that do not fit, a window longer than the padded axis.
/// Cost: outputs * O * C / groups * K1 .. Kk multiply-adds.
template <operand X>
X conv(context& ctx, const X& x, const X& weight, const X& bias, const window& over,
       extent groups = 1) {
    const op::conv o{over, groups};
    const shape w = shape_of(weight);
    detail::conv_result(o, shape_of(x), w, shape_of(bias));
    if (over.pointwise() && groups == 1)
        return mgkit::linear(ctx, x, mgkit::reshape(ctx, weight, {w[0], w[1]}), bias);
    return apply(ctx, o, x, weight, bias);
}

}  // namespace MGKIT_NAMESPACE
