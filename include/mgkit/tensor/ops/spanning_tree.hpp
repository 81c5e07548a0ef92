// SPDX-License-Identifier: MIT
// Minimum spanning trees of points, made of operations: no branch depends on a value.
#pragma once

#include <limits>
#include <span>

#include "mgkit/tensor/ops/structure.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE {

namespace detail {

/// 0, 1, .., count - 1.
template <tensor T>
T counted(context& ctx, extent count) {
    constexpr auto fill = [](std::span<typename backend_traits<T>::scalar> to) {
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] = static_cast<typename backend_traits<T>::scalar>(i);
    };
    return step_values<T>(ctx, {count}, fill);
}
/// 1 where whole numbers are equal, broadcasting.
template <tensor T>
T equal_numbers(context& ctx, const T& a, const T& b) {
    const T apart = mgkit::square(ctx, mgkit::sub(ctx, a, b));
    return mgkit::greater(ctx, backend_traits<T>::full(ctx, {1}, 0.25), apart);
}

}  // namespace detail

/// The minimum spanning tree of each of N complete graphs: distances [N, V, V], symmetric -> [N, V,
/// V] of 0 and 1, row j telling the neighbour of point j on its way to point 0; row 0 is 0. The sum
/// of all lengths is the least there is; of equally long edges the one to the first point is taken.
///
/// Prim's, for all graphs at once, one point a step: a fixed sequence of operations, on any backend
/// and in a recorded step. Distances that are not numbers give some tree. No gradient: a product
/// with the result takes that of the distances in the tree. Errors: extents that do not fit. Cost:
/// V steps of some twenty operations on N V values and a product of N V^2 multiply-adds.
template <tensor T>
T spanning_tree(context& ctx, const T& distances) {
    const shape in = shape_of(distances);
    if (in.rank() != 3 || in[1] != in[2] || in.elements() == 0)
        throw error("spanning_tree", "distances [N, V, V], not empty", in.str());
    const extent n = in[0], v = in[1];
    using scalar = typename backend_traits<T>::scalar;
    const auto full = [&](double value) { return backend_traits<T>::full(ctx, {n, v}, value); };
    const T zero = full(0),
            out_of_reach = full(static_cast<double>(std::numeric_limits<scalar>::lowest()));
    const T order = mgkit::reshape(ctx, detail::counted<T>(ctx, v), {1, v});
    const T countdown = mgkit::affine(ctx, order, -1, static_cast<double>(v));
    T inside = mgkit::add(ctx, zero,
                          detail::equal_numbers(ctx, order, backend_traits<T>::full(ctx, {1}, 0)));
    T nearest = mgkit::reshape(ctx, mgkit::slice(ctx, distances, 1, 0, 1), {n, v});
    T neighbour = zero;
    for (extent step = 1; step < v; ++step) {
        const T closeness =
            mgkit::select(ctx, inside, out_of_reach, mgkit::affine(ctx, nearest, -1));
        const T most = mgkit::max(ctx, closeness, 1, true);
        const T among = mgkit::mul(ctx, mgkit::affine(ctx, inside, -1, 1),
                                   mgkit::affine(ctx, mgkit::greater(ctx, most, closeness), -1, 1));
        const T from_end = mgkit::max(ctx, mgkit::mul(ctx, among, countdown), 1, true);
        const T chosen = detail::equal_numbers(ctx, countdown, from_end);
        inside = mgkit::add(ctx, inside, chosen);
        const T beside = mgkit::reshape(
            ctx, mgkit::matmul(ctx, mgkit::reshape(ctx, chosen, {n, 1, v}), distances), {n, v});
        const T closer = mgkit::mul(ctx, mgkit::greater(ctx, nearest, beside),
                                    mgkit::affine(ctx, inside, -1, 1));
        const T number =
            mgkit::add(ctx, zero, mgkit::affine(ctx, from_end, -1, static_cast<double>(v)));
        nearest = mgkit::select(ctx, closer, beside, nearest);
        neighbour = mgkit::select(ctx, closer, number, neighbour);
    }
    const T found = detail::equal_numbers(ctx, mgkit::reshape(ctx, neighbour, {n, v, 1}),
                                          mgkit::reshape(ctx, order, {1, 1, v}));
    const T rows = mgkit::greater(ctx, mgkit::reshape(ctx, order, {1, v, 1}),
                                  backend_traits<T>::full(ctx, {1}, 0.5));
    return mgkit::mul(ctx, found, rows);
}

}  // namespace MGKIT_NAMESPACE
