// SPDX-License-Identifier: MIT
// Channels moved along an axis, each by a learned part of a step, and the rule that teaches it.
#pragma once

#include <span>

#include "mgkit/tensor/ops/structure.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE {

namespace op {

/// y[.., o, .., c] is x[.., stride o + offset[c], .., c] between two entries of an axis.
struct shift {
    int axis = 1;
    extent stride = 1, outputs = 0;

    shape result(const shape& x, const shape&) const {
        shape out = x;
        out[axis] = outputs;
        return out;
    }
    /// Every channel has the weights of all entries for all outputs: a product, whose cost grows
    /// with the square of the axis. Kernels read two entries.
    template <operand X>
    static X compose(context& ctx, const shift& self, const X& x, const X& offsets) {
        const shape in = shape_of(x), to = self.result(in, shape_of(offsets));
        const extent before = in.before(self.axis), entries = in[self.axis], c = in[-1],
                     between = in.after(self.axis) / c, o = self.outputs;
        const X weight = self.weights(ctx, offsets, c, entries);
        const X lines = mgkit::reshape(
            ctx,
            mgkit::permute(ctx, mgkit::reshape(ctx, x, {before, entries, between, c}),
                           {3, 1, 0, 2}),
            {c, entries, before * between});
        const X moved =
            mgkit::reshape(ctx, mgkit::matmul(ctx, weight, lines), {c, o, before, between});
        return mgkit::reshape(ctx, mgkit::permute(ctx, moved, {2, 1, 3, 0}), to);
    }

private:
    /// [C, outputs, entries]: 1 - |distance| where an entry is less than one step from what an
    /// output looks at. At whole offsets the gradient is that towards later entries.
    template <operand X>
    X weights(context& ctx, const X& offsets, extent c, extent entries) const {
        using T = tensor_of<X>;
        const auto fill = [](std::span<scalar_of<X>> places, extent step, extent count) {
            for (std::size_t i = 0; i < places.size(); ++i)
                places[i] = static_cast<scalar_of<X>>(step * (static_cast<extent>(i) / count) -
                                                      static_cast<extent>(i) % count);
        };
        const shape all{c, outputs, entries};
        const X u = mgkit::add(
            ctx, mgkit::add(ctx, mgkit::reshape(ctx, offsets, {c, 1, 1}), constant<X>(ctx, all, 0)),
            X{step_values<T>(ctx, {outputs, entries}, fill, stride, entries)});
        const X none = constant<X>(ctx, all, 0), one = constant<X>(ctx, all, 1);
        const auto above = [&](const X& a, const X& b) { return mgkit::greater(ctx, a, b); };
        const X behind = mgkit::select(ctx, above(mgkit::affine(ctx, one, -1), u), none,
                                       mgkit::affine(ctx, u, 1, 1));
        const X ahead = mgkit::select(ctx, above(one, u), mgkit::affine(ctx, u, -1, 1), none);
        return mgkit::select(ctx, above(none, u), behind, ahead);
    }
};

}  // namespace op

/// Channels moved along an axis: y[.., o, .., c] = (1 - f) x[.., p, .., c] + f x[.., p + 1, .., c]
/// with p + f = stride * o + offsets[c], p whole and f in [0, 1); entries beside x count as 0.
/// x [.., D, .., C] with offsets [C] -> [.., outputs, .., C], along an axis before the last.
/// Gradient of an offset: what the next entry has more than this one. Offsets may be of any size;
/// one that is not a number moves nothing in. Errors: extents that do not fit, an empty x, stride
/// or outputs below 1. Cost: a multiply-add for each tap that some channel has, two at least, on
/// backends with a kernel; outputs * D * C for each of the others elsewhere. Source: the temporal
/// shift of Shift-GCN (Cheng et al., CVPR 2020).
template <operand X>
X shift(context& ctx, const X& x, int axis, const X& offsets, extent stride, extent outputs) {
    const shape in = shape_of(x), by = shape_of(offsets);
    const bool fits = in.rank() >= 2 && in.elements() > 0 && by.rank() == 1 && by[0] == in[-1] &&
                      stride >= 1 && outputs >= 1 && in.axis(axis) + 1 < in.rank();
    if (!fits)
        throw error("shift",
                    "x [.., D, .., C] that is not empty, an axis before the last, offsets [C], "
                    "stride and outputs of 1 or more",
                    text("x ", in.str(), ", axis ", axis, ", offsets ", by.str(), ", stride ",
                         stride, ", ", outputs, " outputs"));
    return apply(ctx, op::shift{in.axis(axis), stride, outputs}, x, offsets);
}

namespace detail {

/// step * sign(g), and `at_zero` where g is 0.
template <tensor T>
T sign_of_gradient(context& ctx, const T& g, double step, double at_zero) {
    const T none = backend_traits<T>::full(ctx, backend_traits<T>::shape_of(g), 0);
    const T up = greater(ctx, g, none), down = greater(ctx, none, g);
    return affine(ctx,
                  add(ctx, affine(ctx, up, step - at_zero), affine(ctx, down, -step - at_zero)), 1,
                  at_zero);
}

}  // namespace detail

/// x itself, whose gradient is handed on as step * sign of it, and as `at_zero` where it is exactly
/// 0: each value moves by equal steps, however much the loss depends on it. The gradient of all
/// that was computed from this result counts as one. Not a derivative: differences disagree.
template <operand X>
X signed_gradient(context& ctx, const X& x, double step, double at_zero = 0) {
    using T = tensor_of<X>;
    if constexpr (std::same_as<X, T>) {
        return x;
    } else if constexpr (native_gradient<T>) {
        return detail::native_result<T>(
            ctx, backend_traits<T>::rerouted(
                     detail::native_value(ctx, x), [ctx = &ctx, step, at_zero](const T& g) {
                         return detail::sign_of_gradient(*ctx, g, step, at_zero);
                     }));
    } else {
        tape<T>& record = ctx.state.template get<tape<T>>();
        if (!record.recording() || x.slot == nullptr) return {x.value};
        struct rule {
            double step, at_zero;
            static void run(context& c, const rule& self, const saved<T>&, const T& dout,
                            gradients<T>& sink) {
                sink.add(c, 0, detail::sign_of_gradient(c, dout, self.step, self.at_zero));
            }
        };
        auto& node = record.template record<rule>(rule{step, at_zero}, x);
        return record.result(x.value, node);
    }
}

}  // namespace MGKIT_NAMESPACE
