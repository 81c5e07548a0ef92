// SPDX-License-Identifier: MIT
// Batch normalisation with residual and relu on the default tensor: one pass forward, two backward.
#pragma once

#include <cmath>

#include "mgkit/backend/detail/primitives.hpp"
#include "mgkit/tensor/ops/normalise.hpp"

namespace MGKIT_NAMESPACE {

namespace eigen::detail {

/// Columns of a narrow matrix, repeated side by side until loops over them are long: runs of values
/// lie against runs of a tile.
struct column_tiles {
    static constexpr extent longest = 512;  ///< of a run

    extent width, span;

    explicit column_tiles(extent columns)
        : width(columns), span(std::max<extent>(1, longest / columns) * columns) {}

    /// Calls f(at, in_tile, count) for the runs of values [begin, end).
    template <class F>
    void for_runs(extent begin, extent end, F&& f) const {
        while (begin < end) {
            const extent in_tile = begin % span,
                         count = std::min({longest, span - in_tile, end - begin});
            f(begin, in_tile, count);
            begin += count;
        }
    }
    /// The same for all values of `rows` rows, on the context's threads.
    template <class F>
    void for_all(const context& ctx, extent rows, F&& f) const {
        for_ranges(
            ctx, rows * width, [&](extent begin, extent end) { for_runs(begin, end, f); },
            std::max<extent>(1, grain / span) * span);
    }
    /// `from` [width], repeated, to `to` [span].
    template <class A, class B>
    void repeat(const A* from, B* to) const {
        for (extent i = 0; i < span; ++i) to[i] = static_cast<B>(from[i % width]);
    }
    /// Adds a tile's columns to `to` [width].
    template <class A, class B>
    void fold(const A* from, B* to) const {
        for (extent i = 0; i < span; i += width)
            for (extent c = 0; c < width; ++c) to[c] += static_cast<B>(from[i + c]);
    }
};

}  // namespace eigen::detail

template <class S, class P>
struct kernel<op::normalise, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    using tiles = eigen::detail::column_tiles;

    static T forward(context& ctx, const op::normalise& o, saved<T>& kept, const T& x,
                     const T& scale, const T& shift, const T& moments, const T& residual) {
        const extent rows = x.extents()[0];
        const tiles tile(x.extents()[1]);
        const bool adds = residual.elements() > 0;
        const T inverse = inverse_deviations(ctx, o, moments);
        T factor(ctx, {tile.width}), table(ctx, {3, tile.span}), out(ctx, x.extents());
        for (extent c = 0; c < tile.width; ++c)
            factor.data()[c] = scale.data()[c] * inverse.data()[c];
        S *const mean = table.data(), *const slope = mean + tile.span, *const b = slope + tile.span;
        tile.repeat(moments.data(), mean);
        tile.repeat(factor.data(), slope);
        tile.repeat(shift.data(), b);
        S* const to = out.data();
        tile.for_all(ctx, rows, [&](extent at, extent in_tile, extent count) {
            const S *const in = x.data() + at, *const m = mean + in_tile, *const f = slope + in_tile,
                           *const s = b + in_tile;
            S* const y = to + at;
            for (extent i = 0; i < count; ++i) y[i] = (in[i] - m[i]) * f[i] + s[i];
            if (adds) {
                const S* const r = residual.data() + at;
                for (extent i = 0; i < count; ++i) y[i] += r[i];
            }
            if (o.relu)
                for (extent i = 0; i < count; ++i) y[i] = y[i] > S(0) || y[i] != y[i] ? y[i] : S(0);
        });
        kept.keep(x);
        kept.keep(moments);
        kept.keep(scale);
        if (o.relu) kept.keep(out);
        return out;
    }

    static void backward(context& ctx, const op::normalise& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &moments = kept[1], &scale = kept[2];
        const extent rows = x.extents()[0];
        const tiles tile(x.extents()[1]);
        const extent width = tile.width, span = tile.span;
        const S* const out = o.relu ? kept[3].data() : nullptr;
        const T inverse = inverse_deviations(ctx, o, moments);
        // Per column: the sum of slopes, and of slopes times x without its mean.
        eigen::tensor<double, P> sums(ctx, {2 * width});
        const bool moving = !o.fixed && sink.wants(0);
        if (moving || sink.wants(1) || sink.wants(2)) add_up(ctx, tile, x, moments, dout, out, sums);
        const double *const plain = sums.data(), *const sloped = plain + width;
        for (int i = 1; i < 3; ++i) {
            if (!sink.wants(i)) continue;
            auto [gradient, beta] = sink.accumulate(ctx, i, {width});
            for (extent c = 0; c < width; ++c) {
                const double own =
                    i == 1 ? sloped[c] * static_cast<double>(inverse.data()[c]) : plain[c];
                gradient.data()[c] = static_cast<S>(
                    (beta ? static_cast<double>(gradient.data()[c]) : 0.0) + own);
            }
        }
        const bool passes = sink.wants(4);
        if (passes && !o.relu) sink.pass(ctx, 4, dout);
        S *dx = nullptr, *dr = nullptr;
        int keeps_x = 0, keeps_r = 0;
        if (sink.wants(0)) {
            auto [gradient, beta] = sink.accumulate(ctx, 0, x.extents());
            dx = gradient.data();
            keeps_x = beta;
        }
        if (passes && o.relu) {
            auto [gradient, beta] = sink.accumulate(ctx, 4, x.extents());
            dr = gradient.data();
            keeps_r = beta;
        }
        if (!dx && !dr) return;
        T columns(ctx, {3, width}), table(ctx, {4, span});
        for (extent c = 0; c < width; ++c) {
            const double inv = static_cast<double>(inverse.data()[c]),
                         share = moving ? 1 / static_cast<double>(rows) : 0.0;
            columns.data()[c] = scale.data()[c] * inverse.data()[c];
            columns.data()[width + c] = static_cast<S>(moving ? plain[c] * share : 0.0);
            columns.data()[2 * width + c] =
                static_cast<S>(moving ? sloped[c] * share * inv * inv : 0.0);
        }
        for (int i = 0; i < 3; ++i)
            tile.repeat(columns.data() + i * width, table.data() + i * span);
        S* const mean = table.data() + 3 * span;
        tile.repeat(moments.data(), mean);
        tile.for_all(ctx, rows, [&](extent at, extent in_tile, extent count) {
            S own[tiles::longest];
            const S* const d = slopes(dout.data() + at, out ? out + at : nullptr, own, count);
            if (dr) put(dr + at, keeps_r, count, [&](extent i) { return d[i]; });
            if (!dx) return;
            const S *const a = table.data() + in_tile, *const b = a + span, *const c = b + span,
                           *const m = c + span, *const in = x.data() + at;
            if (moving)
                put(dx + at, keeps_x, count,
                    [&](extent i) { return a[i] * (d[i] - b[i] - (in[i] - m[i]) * c[i]); });
            else
                put(dx + at, keeps_x, count, [&](extent i) { return a[i] * d[i]; });
        });
    }

private:
    static T inverse_deviations(context& ctx, const op::normalise& o, const T& moments) {
        const extent width = moments.elements() / 2;
        T out(ctx, {width});
        for (extent i = 0; i < width; ++i)
            out.data()[i] =
                S(1) / std::sqrt(moments.data()[width + i] + static_cast<S>(o.epsilon));
        return out;
    }
    /// What passes relu; `own` has room for it.
    static const S* slopes(const S* dout, const S* out, S* own, extent count) {
        if (!out) return dout;
        for (extent i = 0; i < count; ++i) own[i] = out[i] > S(0) ? dout[i] : S(0);
        return own;
    }
    template <class F>
    static void put(S* to, int beta, extent count, F&& f) {
        if (beta)
            for (extent i = 0; i < count; ++i) to[i] += f(i);
        else
            for (extent i = 0; i < count; ++i) to[i] = f(i);
    }
    /// Sums in S over at most 64 tiles, then in double; pieces in their order.
    static void add_up(context& ctx, const tiles& tile, const T& x, const T& moments, const T& dout,
                       const S* out, eigen::tensor<double, P>& sums) {
        const extent total = x.elements(), width = tile.width, span = tile.span;
        const extent tiles_each = ((total + span - 1) / span + 31) / 32, size = tiles_each * span;
        const extent pieces = (total + size - 1) / size;
        eigen::tensor<double, P> partial(ctx, {pieces, 2 * width});
        T some(ctx, {pieces, 2 * span}), mean(ctx, {span});
        tile.repeat(moments.data(), mean.data());
        std::fill_n(partial.data(), partial.elements(), 0.0);
        parallel_for(ctx.threads, pieces, [&](extent piece) {
            S *const plain = some.data() + piece * 2 * span, *const sloped = plain + span;
            double* const to = partial.data() + piece * 2 * width;
            const extent end = std::min(total, (piece + 1) * size);
            for (extent block = piece * size; block < end; block += 64 * span) {
                std::fill_n(plain, 2 * span, S(0));
                tile.for_runs(
                    block, std::min(end, block + 64 * span),
                    [&](extent at, extent in_tile, extent count) {
                        S own[tiles::longest];
                        const S* const d =
                            slopes(dout.data() + at, out ? out + at : nullptr, own, count);
                        const S *const in = x.data() + at, *const m = mean.data() + in_tile;
                        S *const p = plain + in_tile, *const q = sloped + in_tile;
                        for (extent i = 0; i < count; ++i) {
                            p[i] += d[i];
                            q[i] += d[i] * (in[i] - m[i]);
                        }
                    });
                tile.fold(plain, to);
                tile.fold(sloped, to + width);
            }
        });
        std::fill_n(sums.data(), 2 * width, 0.0);
        eigen::detail::add_rows(static_cast<const double*>(partial.data()), 0, pieces, 2 * width,
                                sums.data());
    }
};

}  // namespace MGKIT_NAMESPACE
