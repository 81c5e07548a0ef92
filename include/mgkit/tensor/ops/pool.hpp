// SPDX-License-Identifier: MIT
// The largest and the mean entry of a window along one to three axes, channels last.
#pragma once

#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/ops/window.hpp"

namespace MGKIT_NAMESPACE {

namespace detail {

/// What every output sees of x: [N, outputs, taps, C]; entries beside x have the value `beside`.
template <operand X>
X seen_through(context& ctx, const window& over, const X& x, extent outputs, double beside) {
    const shape in = shape_of(x);
    X entries = mgkit::reshape(ctx, x, {in[0], in.elements() / (in[0] * in[-1]), in[-1]});
    if (over.padded())
        entries = mgkit::concat(ctx, 1, entries, constant<X>(ctx, {in[0], 1, in[-1]}, beside));
    return mgkit::reshape(
        ctx, mgkit::gather(ctx, entries, 1, tap_places<tensor_of<X>>(ctx, over, in, outputs)),
        {in[0], outputs, over.taps(), in[-1]});
}

}  // namespace detail

namespace op {

/// The largest entry of each window of x [N, D1, .., Dk, C]; of equal ones the first takes the
/// gradient.
struct max_pool {
    window over{};
    double beside = 0;  ///< what entries beside x count as

    shape result(const shape& x) const { return over.result(x, x[-1], "max_pool"); }
    template <operand X>
    static X compose(context& ctx, const max_pool& self, const X& x) {
        const shape to = self.result(shape_of(x));
        const extent outputs = to.elements() / (to[0] * to[-1]);
        const X seen = detail::seen_through(ctx, self.over, x, outputs, self.beside);
        const shape one{to[0], outputs, 1, to[-1]};
        X best = mgkit::slice(ctx, seen, 2, 0, 1);
        for (extent k = 1; k < self.over.taps(); ++k) {
            const X next = mgkit::slice(ctx, seen, 2, k, 1);
            best = mgkit::select(ctx, mgkit::greater(ctx, next, best), next, best);
        }
        return mgkit::reshape(ctx, best, to);
    }
};

/// The mean of each window of x [N, D1, .., Dk, C].
struct mean_pool {
    window over{};

    shape result(const shape& x) const { return over.result(x, x[-1], "mean_pool"); }
    template <operand X>
    static X compose(context& ctx, const mean_pool& self, const X& x) {
        const shape to = self.result(shape_of(x));
        const extent outputs = to.elements() / (to[0] * to[-1]);
        const X seen = detail::seen_through(ctx, self.over, x, outputs, 0);
        return mgkit::reshape(ctx, mgkit::mean(ctx, seen, {2}), to);
    }
};

}  // namespace op

/// The largest entry of each window: x [N, D1, .., Dk, C] -> [N, O1, .., Ok, C]. Entries beside x
/// count as `beside`: minus infinity (never chosen) unless stated; I3D counts them as 0. Gradient:
/// to the first of equal ones in row-major order. Errors: see window::result. Cost: outputs * C *
/// taps comparisons.
template <operand X>
X max_pool(context& ctx, const X& x, const window& over,
           double beside = std::numeric_limits<double>::lowest()) {
    const shape in = shape_of(x);
    if (in.elements() == 0) throw error("max_pool", "x that is not empty", in.str());
    using scalar = scalar_of<X>;
    const double least = static_cast<double>(std::numeric_limits<scalar>::lowest());
    const op::max_pool pool{over, beside < least ? least : beside};
    pool.result(in);
    return apply(ctx, pool, x);
}

/// The mean of each window: x [N, D1, .., Dk, C] -> [N, O1, .., Ok, C]; entries beside x count as
/// 0. Errors: see window::result. Cost: outputs * C * taps additions.
template <operand X>
X mean_pool(context& ctx, const X& x, const window& over) {
    const shape in = shape_of(x);
    if (in.elements() == 0) throw error("mean_pool", "x that is not empty", in.str());
    const op::mean_pool pool{over};
    pool.result(in);
    return apply(ctx, pool, x);
}

/// What each window sees, one place after the other: x [N, D1, .., Dk, C] -> [N, O1 * .. * Ok,
/// taps, C]; entries beside x count as 0. Errors: see window::result. Cost: a move of the result.
template <operand X>
X windows_of(context& ctx, const X& x, const window& over) {
    const shape in = shape_of(x);
    if (in.elements() == 0) throw error("windows_of", "x that is not empty", in.str());
    const shape to = over.result(in, in[-1], "windows_of");
    return detail::seen_through(ctx, over, x, to.elements() / (to[0] * to[-1]), 0);
}

}  // namespace MGKIT_NAMESPACE
