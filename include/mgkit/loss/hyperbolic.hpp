// SPDX-License-Identifier: MIT
// Points of the Poincare ball of curvature -1: how far they are apart, and what maps them.
#pragma once

#include <cmath>

#include "mgkit/tensor/ops/layers.hpp"
#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE::loss {

/// Points lie no farther out than this: beyond it distances are rounding.
inline constexpr double ball_radius = 1 - 1e-5;

namespace detail {

/// 1 / x of values above 0.
template <operand X>
MGKIT_COLD X reciprocal(context& ctx, const X& x) {
    return square(ctx, rsqrt(ctx, x));
}

/// The smaller of x and a bound; no gradient where that is the bound.
template <operand X>
MGKIT_COLD X at_most(context& ctx, const X& x, double bound) {
    const X top = constant<X>(ctx, shape_of(x), bound);
    return mgkit::select(ctx, mgkit::greater(ctx, x, top), top, x);
}

/// Lengths [B, 1] of rows [B, D], 1e-15 at least: rows of zeros have a slope then, and it is 0.
template <operand X>
MGKIT_COLD X row_length(context& ctx, const X& x) {
    const X squared = mgkit::sum(ctx, square(ctx, x), {1}, true);
    const X least = constant<X>(ctx, shape_of(squared), 1e-30);
    const X floored = mgkit::select(ctx, mgkit::greater(ctx, squared, least), squared, least);
    return mul(ctx, floored, rsqrt(ctx, floored));
}

template <operand X>
MGKIT_COLD X inverse_tanh(context& ctx, const X& x) {
    return affine(
        ctx,
        sub(ctx, mgkit::log(ctx, affine(ctx, x, 1, 1)), mgkit::log(ctx, affine(ctx, x, -1, 1))),
        0.5);
}

template <operand X>
void check_points(const char* where, const X& x, const X& y, bool one_of_y = false) {
    const shape a = shape_of(x), b = shape_of(y);
    if (a.rank() != 2 || b.rank() != 2 || a[1] != b[1] ||
        (a[0] != b[0] && !(one_of_y && b[0] == 1)))
        throw error(where, "points [B, D], of equal extents", text(a.str(), " and ", b.str()));
}

}  // namespace detail

/// Rows [B, D] with those outside of `ball_radius` drawn in to it.
template <operand X>
MGKIT_COLD X into_ball(context& ctx, const X& x) {
    const X length = detail::row_length(ctx, x);
    const X all = constant<X>(ctx, shape_of(length), 1);
    const X outside = mgkit::greater(ctx, length, constant<X>(ctx, shape_of(length), ball_radius));
    const X shorter = affine(ctx, detail::reciprocal(ctx, length), ball_radius);
    return mul(ctx, x, mgkit::select(ctx, outside, shorter, all));
}

/// Rows u [B, D] as points of the ball, in the same directions: the exponential map at its centre,
/// tanh |u| u / |u|, then `into_ball`.
template <operand X>
MGKIT_COLD X ball_point(context& ctx, const X& u) {
    const X length = detail::row_length(ctx, u);
    return into_ball(
        ctx, mul(ctx, u, mul(ctx, mgkit::tanh(ctx, length), detail::reciprocal(ctx, length))));
}

/// The inverse of `ball_point` within the ball, the logarithm at its centre.
template <operand X>
MGKIT_COLD X ball_direction(context& ctx, const X& point) {
    const X length = detail::row_length(ctx, point);
    return mul(ctx, point,
               mul(ctx, detail::inverse_tanh(ctx, detail::at_most(ctx, length, 1 - 1e-7)),
                   detail::reciprocal(ctx, length)));
}

/// Moebius addition of points x [B, D] and y [B, D], or one y [1, D].
template <operand X>
MGKIT_COLD X ball_sum(context& ctx, const X& x, const X& y) {
    detail::check_points("loss::ball_sum", x, y, true);
    const auto along = [&](const X& a, const X& b) {
        return mgkit::sum(ctx, mul(ctx, a, b), {1}, true);
    };
    const X xx = along(x, x), yy = along(y, y), both = affine(ctx, along(x, y), 2, 1);
    const X upper = add(ctx, mul(ctx, x, add(ctx, both, yy)), mul(ctx, y, affine(ctx, xx, -1, 1)));
    return mul(ctx, upper, detail::reciprocal(ctx, add(ctx, both, mul(ctx, xx, yy))));
}

/// Moebius-linear map of points [B, D] by a weight [K, D] and a point [1, K] as bias: points
/// [B, K], which HYSP's linear probe reads as logits. Source: Ganea et al., NeurIPS 2018.
template <operand X>
MGKIT_COLD X ball_linear(context& ctx, const X& points, const X& weight, const X& bias) {
    const X mapped = matmul(ctx, points, weight, false, true);
    const X length = detail::row_length(ctx, mapped), before = detail::row_length(ctx, points);
    const X angle = mul(ctx, mul(ctx, length, detail::reciprocal(ctx, before)),
                        detail::inverse_tanh(ctx, detail::at_most(ctx, before, 1 - 1e-7)));
    const X turned =
        mul(ctx, mapped, mul(ctx, mgkit::tanh(ctx, angle), detail::reciprocal(ctx, length)));
    return into_ball(ctx, ball_sum(ctx, turned, bias));
}

/// 2 artanh |(-x) + y| in the sense of `ball_sum`, of points x and y [B, D]: [B, 1]. The argument
/// of artanh is 1 - 1e-7 at most, beyond which there is no gradient. Finite, with finite gradients,
/// for equal points and such on the edge: 1 - |(-x) + y|^2 is computed without a difference of
/// large terms. Errors: unequal extents.
template <operand X>
MGKIT_COLD X poincare_distance(context& ctx, const X& x, const X& y) {
    detail::check_points("loss::poincare_distance", x, y);
    const auto inside = [&](const X& p) {
        return affine(ctx, mgkit::sum(ctx, square(ctx, p), {1}, true), -1, 1);
    };
    const X apart = mgkit::sum(ctx, square(ctx, sub(ctx, x, y)), {1}, true);
    const X room = mul(ctx, inside(x), inside(y));
    const X share = detail::reciprocal(ctx, add(ctx, apart, room));
    const X squared = mul(ctx, apart, share);
    const X least = constant<X>(ctx, shape_of(squared), 1e-30);
    const X floored = mgkit::select(ctx, mgkit::greater(ctx, squared, least), squared, least);
    const X length = mul(ctx, floored, rsqrt(ctx, floored));
    // 2 artanh r = log((1 + r)^2 / (1 - r^2)).
    const X distance = sub(ctx, affine(ctx, mgkit::log(ctx, affine(ctx, length, 1, 1)), 2),
                           mgkit::log(ctx, mul(ctx, room, share)));
    constexpr double farthest = 1 - 1e-7;
    const X beyond = mgkit::greater(ctx, length, constant<X>(ctx, shape_of(length), farthest));
    return mgkit::select(
        ctx, beyond,
        constant<X>(ctx, shape_of(length), std::log1p(farthest) - std::log1p(-farthest)), distance);
}

/// 2 - 2 cos of rows x and y [B, D]: [B, 1].
template <operand X>
MGKIT_COLD X cosine_distance(context& ctx, const X& x, const X& y) {
    detail::check_points("loss::cosine_distance", x, y);
    const X lengths = mul(ctx, detail::row_length(ctx, x), detail::row_length(ctx, y));
    return affine(
        ctx, mul(ctx, mgkit::sum(ctx, mul(ctx, x, y), {1}, true), detail::reciprocal(ctx, lengths)),
        -2, 2);
}

/// Distance of predictions q from targets k [B, D], by row [B, 1]: (1 - curved) cosine_distance +
/// curved poincare_distance of their points in the ball. `curved` [1, 1] is from 0 to 1.
/// Source: Franco et al., "Hyperbolic self-paced learning for self-supervised skeleton-based action
/// representations" (ICLR 2023), code at 7aa7bc0.
template <operand X>
MGKIT_COLD X paced_distance(context& ctx, const X& q, const X& k, const X& curved) {
    const X flat = cosine_distance(ctx, q, k);
    const X deep = poincare_distance(ctx, ball_point(ctx, q), ball_point(ctx, k));
    return add(ctx, flat, mul(ctx, sub(ctx, deep, flat), curved));
}

}  // namespace MGKIT_NAMESPACE::loss
