// SPDX-License-Identifier: MIT
// Operations on part of an axis: what a mask leaves out cannot change a bit of the rest.
#pragma once

#include "mgkit/tensor/ops/attention.hpp"

namespace MGKIT_NAMESPACE {

namespace op {

/// Softmax of the last axis over the entries whose mask is not 0; 0 for the others, and for rows
/// without any.
struct masked_softmax {
    template <operand X>
    static X compose(context& ctx, const masked_softmax&, const X& x, const X& mask) {
        const shape in = shape_of(x);
        constexpr double far_below = -1e30;
        const X low = constant<X>(ctx, in, far_below), zero = constant<X>(ctx, in, 0);
        const X seen = mgkit::select(ctx, mask, x, low);
        const X top = X{detach(mgkit::max(ctx, seen, -1, true))};
        const X e = mgkit::select(ctx, mask, mgkit::exp(ctx, mgkit::sub(ctx, seen, top)), zero);
        const X norm = mgkit::sum(ctx, e, {-1}, true);
        const X none = mgkit::affine(
            ctx, mgkit::greater(ctx, norm, constant<X>(ctx, shape_of(norm), 0)), -1, 1);
        const X root = mgkit::rsqrt(ctx, mgkit::add(ctx, norm, none));
        return mgkit::mul(ctx, e, mgkit::square(ctx, root));
    }
};

}  // namespace op

namespace detail {

/// The mask as a constant of x's extents.
template <operand X>
X spread_mask(context& ctx, const char* where, const X& x, const tensor_of<X>& mask) {
    if (broadcast(shape_of(x), shape_of(mask), where) != shape_of(x))
        throw error(where, text("a mask that broadcasts to ", shape_of(x).str()),
                    shape_of(mask).str());
    if (shape_of(mask) == shape_of(x)) return X{mask};
    using T = tensor_of<X>;
    return X{mgkit::add(ctx, backend_traits<T>::full(ctx, shape_of(x), 0), mask)};
}

}  // namespace detail

/// Softmax of the last axis over the entries whose mask is not 0: x [..., N], mask of shapes that
/// broadcast to it, a constant. Others become 0, and so do rows that the mask leaves nothing of;
/// their values, NaN and infinities included, change neither results nor gradients.
template <operand X>
X masked_softmax(context& ctx, const X& x, const tensor_of<X>& mask) {
    const shape in = shape_of(x);
    if (in.rank() < 1 || in[-1] == 0)
        throw error("masked_softmax", "a last axis with entries", in.str());
    return apply(ctx, op::masked_softmax{}, x, detail::spread_mask(ctx, "masked_softmax", x, mask));
}

/// Mean along an axis over the entries whose mask is not 0, which goes: x [.., N, ..], mask of
/// shapes that broadcast to it, a constant. 0 where the mask leaves nothing; values it leaves out,
/// NaN and infinities included, change neither results nor gradients.
template <operand X>
X masked_mean(context& ctx, const X& x, const tensor_of<X>& mask, int axis) {
    using T = tensor_of<X>;
    const shape in = shape_of(x);
    if (in.rank() < 1) throw error("masked_mean", "a tensor with axes", in.str());
    const X seen = detail::spread_mask(ctx, "masked_mean", x, mask);
    const X zero = constant<X>(ctx, in, 0);
    const X total = mgkit::sum(ctx, mgkit::select(ctx, seen, x, zero), {axis});
    const T ones = select(ctx, value_of(seen), backend_traits<T>::full(ctx, in, 1), value_of(zero));
    const T count = sum(ctx, ones, {axis});
    const T at_least_one = add(
        ctx, count,
        affine(ctx, greater(ctx, count, backend_traits<T>::full(ctx, shape_of(count), 0)), -1, 1));
    return mgkit::mul(ctx, total, X{square(ctx, rsqrt(ctx, at_least_one))});
}

/// Softmax over any axis. Cost: where it is not the last one, two moves more.
template <operand X>
X softmax(context& ctx, const X& x, int axis) {
    const shape in = shape_of(x);
    if (in.rank() < 1) throw error("softmax", "a tensor with axes", in.str());
    const int along = in.axis(axis);
    if (along == in.rank() - 1) return softmax(ctx, x);
    const X table = mgkit::reshape(ctx, x, {in.before(along), in[along], in.after(along)});
    const X last = softmax(ctx, mgkit::permute(ctx, table, {0, 2, 1}));
    return mgkit::reshape(ctx, mgkit::permute(ctx, last, {0, 2, 1}), in);
}

}  // namespace MGKIT_NAMESPACE
