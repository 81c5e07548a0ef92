// SPDX-License-Identifier: MIT
// Contraction of joints with the edges of a graph.
#pragma once

#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE {

namespace op {

/// y[n, t, w, c] = sum over v and k of A[k, v, w] x[n, t, v, k, c].
struct graph_contract {
    static shape result(const shape& x, const shape& a) {
        return {x[0], x[1], a[a.rank() == 5 ? 3 : a.rank() - 1], x[4]};
    }
    /// Multiply-adds.
    static extent work(const shape& x, const shape& a) {
        return result(x, a).elements() * x[2] * x[3];
    }
    template <operand X>
    static X compose(context& ctx, const graph_contract&, const X& x, const X& a) {
        const shape in = shape_of(x), edges = shape_of(a), to = result(in, edges);
        const extent n = in[0], t = in[1], vk = in[2] * in[3], c = in[4], w = to[2];
        if (edges.rank() == 3) {
            const X matrix = mgkit::reshape(ctx, mgkit::permute(ctx, a, {2, 1, 0}), {w, vk});
            const X joints = mgkit::reshape(ctx, x, {n * t, vk, c});
            return mgkit::reshape(ctx, mgkit::matmul(ctx, matrix, joints), to);
        }
        if (edges.rank() == 4) {
            const X matrix = mgkit::reshape(ctx, mgkit::permute(ctx, a, {0, 3, 2, 1}), {n, w, vk});
            const X joints = mgkit::reshape(
                ctx, mgkit::permute(ctx, mgkit::reshape(ctx, x, {n, t, vk, c}), {0, 2, 1, 3}),
                {n, vk, t * c});
            const X out = mgkit::reshape(ctx, mgkit::matmul(ctx, matrix, joints), {n, w, t, c});
            return mgkit::permute(ctx, out, {0, 2, 1, 3});
        }
        const X matrix =
            mgkit::reshape(ctx, mgkit::permute(ctx, a, {0, 4, 2, 1, 3}), {n * c, vk, w});
        const X joints = mgkit::reshape(
            ctx, mgkit::permute(ctx, mgkit::reshape(ctx, x, {n, t, vk, c}), {0, 3, 1, 2}),
            {n * c, t, vk});
        const X out = mgkit::reshape(ctx, mgkit::matmul(ctx, joints, matrix), {n, c, t, w});
        return mgkit::permute(ctx, out, {0, 2, 3, 1});
    }
};

}  // namespace op

namespace detail {

/// Extents of a contraction. Errors: operands that do not fit.
inline shape contraction_result(const shape& in, const shape& edges) {
    const int own = edges.rank() == 3 ? 0 : 1;  // axes before K
    bool fits = in.rank() == 5 && in.elements() > 0 && edges.rank() >= 3 && edges.rank() <= 5;
    fits = fits && edges[own] == in[3] && edges[own + 1] == in[2] && edges[own + 2] > 0;
    if (fits && own == 1) fits = edges[0] == in[0];
    if (fits && edges.rank() == 5) fits = edges[4] == in[4];
    if (!fits)
        throw error("graph_contract",
                    "x [N, T, V, K, C] and edges [K, V, W], [N, K, V, W] or [N, K, V, W, C]",
                    text("x ", in.str(), ", edges ", edges.str()));
    return op::graph_contract::result(in, edges);
}

}  // namespace detail

/// Joints gather what others sent along the edges of a graph, each of K partitions its own:
/// y[n, t, w, c] = sum over v and k of A(k, v, w) x[n, t, v, k, c]; x [N, T, V, K, C] -> [N, T, W,
/// C]. A is [K, V, W], for all clips alike (fixed or learned); [N, K, V, W], for each clip its own;
/// or [N, K, V, W, C], for each clip and channel. Entry (v, w): joint v feeds joint w.
/// Errors: extents that do not fit. Cost: N T W V K C multiply-adds.
template <operand X>
X graph_contract(context& ctx, const X& x, const X& a) {
    detail::contraction_result(shape_of(x), shape_of(a));
    return apply(ctx, op::graph_contract{}, x, a);
}

}  // namespace MGKIT_NAMESPACE
