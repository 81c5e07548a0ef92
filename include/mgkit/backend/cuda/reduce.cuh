// SPDX-License-Identifier: MIT
// Sums and maxima of the CUDA backend: pieces by extents alone, added in a fixed order.
#pragma once

#include "mgkit/backend/cuda/elementwise.cuh"

namespace MGKIT_NAMESPACE::cuda {

/// out[o, p, i] = sum of f(o, t, i) over rows t of piece p; added in four interleaved parts.
template <class S, class F>
struct column_sum_body {
    F f;
    places<S> out;
    extent count, inner, size, pieces;
    int beta;
    MGKIT_DEVICE void operator()(extent i) const {
        extent rest = i;
        const extent column = split(rest, inner), piece = split(rest, pieces), first = piece * size,
                     last = first + size < count ? first + size : count;
        S part[4] = {S(0), S(0), S(0), S(0)};
        extent t = first;
        for (; t + 4 <= last; t += 4)
            for (int lane = 0; lane < 4; ++lane) part[lane] += f(rest, t + lane, column);
        for (int lane = 0; t < last; ++t, ++lane) part[lane] += f(rest, t, column);
        const S total = (part[0] + part[2]) + (part[1] + part[3]);
        out.set(i, beta != 0 ? out[i] + total : total);
    }
};

/// Reads [outer, count, inner].
template <class S>
struct load_cube {
    values<S> in;
    extent count, inner;
    MGKIT_DEVICE S operator()(extent o, extent t, extent i) const {
        return in[(o * count + t) * inner + i];
    }
};

/// to[outer, inner] = (beta ? to : 0) + sum over t of f(outer, t, inner): one thread per column and
/// piece of rows, then one per column over the pieces.
template <class T, class F>
void column_sum(context& ctx, const char* name, extent outer, extent count, extent inner, F f,
                const places<typename T::scalar>& to, int beta = 0) {
    using S = typename T::scalar;
    auto& device = T::device::of(ctx);
    const extent size = column_piece(count), pieces = pieces_of(count, size);
    if (pieces <= 1) {
        device.elements(name, outer * inner,
                        column_sum_body<S, F>{f, to, count, inner, size, 1, beta});
        return;
    }
    T partial(ctx, {outer, pieces, inner});
    device.elements(name, partial.elements(),
                    column_sum_body<S, F>{f, partial.out(), count, inner, size, pieces, 0});
    using load = load_cube<S>;
    device.elements(name, outer * inner,
                    column_sum_body<S, load>{load{partial.in(), pieces, inner}, to, pieces, inner,
                                             pieces, 1, beta});
}

/// to[row, piece] = sum of in[row, ...] over the piece, a block each.
template <class S>
struct row_sum_body {
    values<S> in;
    places<S> out;
    extent count, size, pieces;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent index) const {
        extent row = index;
        const extent first = split(row, pieces) * size,
                     last = first + size < count ? first + size : count;
        const values<S> from = in + row * count;
        const int threads = block.threads();
        const S total = block.template reduce<S>(
            [&](int thread) {
                S part = S(0);
                for (extent i = first + thread; i < last; i += threads) part += from[i];
                return part;
            },
            plus{});
        block.each([&](int thread) {
            if (thread == 0) out.set(index, total);
        });
    }
};

/// Sums rows [outer, count] into to[outer].
template <class T>
void row_sum(context& ctx, extent outer, extent count, const values<typename T::scalar>& in,
             const places<typename T::scalar>& to) {
    using S = typename T::scalar;
    if (count <= 32) {
        column_sum<T>(ctx, "sum", outer, count, 1, load_cube<S>{in, count, 1}, to);
        return;
    }
    auto& device = T::device::of(ctx);
    const extent pieces = pieces_of(count, row_piece);
    if (pieces == 1) {
        device.blocks("sum", outer, row_threads(count),
                      row_sum_body<S>{in, to, count, row_piece, 1});
        return;
    }
    T partial(ctx, {outer, pieces});
    device.blocks("sum", outer * pieces, row_threads(row_piece),
                  row_sum_body<S>{in, partial.out(), count, row_piece, pieces});
    row_sum<T>(ctx, outer, pieces, partial.in(), to);
}

/// Maximum of each row, a block per row.
template <class S>
struct row_max_body {
    values<S> in;
    places<S> out;
    extent count;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const values<S> from = in + row * count;
        const int threads = block.threads();
        const S top = block.template reduce<S>(
            [&](int thread) {
                S best = from[thread < count ? thread : 0];
                for (extent i = thread + threads; i < count; i += threads)
                    best = larger{}(best, from[i]);
                return best;
            },
            larger{});
        block.each([&](int thread) {
            if (thread == 0) out.set(row, top);
        });
    }
};
/// Maximum over the middle axis of [outer, count, inner], a thread per column.
template <class S>
struct column_max_body {
    values<S> in;
    places<S> out;
    extent count, inner;
    MGKIT_DEVICE void operator()(extent i) const {
        extent outer = i;
        const extent column = split(outer, inner);
        const values<S> from = in + (outer * count * inner + column);
        S best = from[0];
        for (extent t = 1; t < count; ++t) best = larger{}(best, from[t * inner]);
        out.set(i, best);
    }
};
/// dout shared equally among the entries of a row that equal its maximum.
template <class S>
struct row_ties_body {
    values<S> in, top, dout;
    places<S> dx;
    extent count;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const values<S> from = in + row * count;
        const S best = top[row];
        const int threads = block.threads();
        const S ties = block.template reduce<S>(
            [&](int thread) {
                S part = S(0);
                for (extent i = thread; i < count; i += threads)
                    part += from[i] == best ? S(1) : S(0);
                return part;
            },
            plus{});
        block.each([&](int thread) {
            for (extent i = thread; i < count; i += threads)
                dx.set(row * count + i, from[i] == best ? dout[row] / ties : S(0));
        });
    }
};
template <class S>
struct column_ties_body {
    values<S> in, top, dout;
    places<S> dx;
    extent count, inner;
    MGKIT_DEVICE void operator()(extent i) const {
        extent outer = i;
        const extent column = split(outer, inner), first = outer * count * inner + column;
        const S best = top[i];
        S ties = S(0);
        for (extent t = 0; t < count; ++t) ties += in[first + t * inner] == best ? S(1) : S(0);
        for (extent t = 0; t < count; ++t)
            dx.set(first + t * inner, in[first + t * inner] == best ? dout[i] / ties : S(0));
    }
};

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

/// Sums are fine. The gradient of a coarse tensor is coarse.
template <class C, class D>
struct kernel<op::sum, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::sum& o, saved<T>& kept, const T& x) {
        using S = typename T::scalar;
        kept.keep(x.outline());
        T out = x;
        cuda::reduced_run run;
        shape extents = x.extents();
        for (int axis = 0; cuda::next_run(extents, o.axes, axis, run);) {
            if (run.count == 1) {
                out = out.viewed(extents);
                continue;
            }
            T next(ctx, extents);
            if (run.inner == 1)
                cuda::row_sum<T>(ctx, run.outer, run.count, out.in(), next.out());
            else
                cuda::column_sum<T>(ctx, "sum", run.outer, run.count, run.inner,
                                    cuda::load_cube<S>{out.in(), run.count, run.inner}, next.out());
            out = std::move(next);
        }
        return cuda::as(ctx, out, cuda::grain::fine);
    }
    static void backward(context& ctx, const op::sum&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T& x = kept[0];
        sink.add(
            ctx, 0,
            cuda::zip_to(ctx, "sum backward", x.extents(), dout, dout, cuda::left{}, x.kept()));
    }
};

template <class C, class D>
struct kernel<op::max, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::max& o, saved<T>& kept, const T& x) {
        const extent outer = x.extents().before(o.axis), count = x.extents()[o.axis],
                     inner = x.extents().after(o.axis);
        shape extents = x.extents();
        extents[o.axis] = 1;
        T out(ctx, extents);
        if (inner == 1)
            D::of(ctx).blocks("max", outer, cuda::row_threads(count),
                              cuda::row_max_body<S>{x.in(), out.out(), count});
        else
            D::of(ctx).elements("max", outer * inner,
                                cuda::column_max_body<S>{x.in(), out.out(), count, inner});
        kept.keep(x);
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::max& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &top = kept[1];
        const extent outer = x.extents().before(o.axis), count = x.extents()[o.axis],
                     inner = x.extents().after(o.axis);
        T dx(ctx, x.extents(), x.kept());
        if (inner == 1)
            D::of(ctx).blocks("max backward", outer, cuda::row_threads(count),
                              cuda::row_ties_body<S>{x.in(), top.in(), dout.in(), dx.out(), count});
        else
            D::of(ctx).elements(
                "max backward", outer * inner,
                cuda::column_ties_body<S>{x.in(), top.in(), dout.in(), dx.out(), count, inner});
        sink.add(ctx, 0, std::move(dx));
    }
};

}  // namespace MGKIT_NAMESPACE
