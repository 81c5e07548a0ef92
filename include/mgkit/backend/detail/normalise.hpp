// SPDX-License-Identifier: MIT
// Batch normalisation with residual and relu on the default tensor: one pass forward, two backward.
#pragma once

#include <cmath>

#include "mgkit/backend/detail/batch_norm.hpp"
#include "mgkit/tensor/ops/normalise.hpp"

namespace MGKIT_NAMESPACE {

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
            const S *const in = x.data() + at, *const m = mean + in_tile,
                           *const f = slope + in_tile, *const s = b + in_tile;
            S* const y = to + at;
            for (extent i = 0; i < count; ++i) y[i] = (in[i] - m[i]) * f[i] + s[i];
            if (adds) {
                const S* const r = residual.data() + at;
                for (extent i = 0; i < count; ++i) y[i] += r[i];
            }
            if (o.relu)
                for (extent i = 0; i < count; ++i) y[i] = y[i] < S(0) ? S(0) : y[i];
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
        const tiles tile(x.extents()[1]);
        const extent width = tile.width;
        const S* const out = o.relu ? kept[3].data() : nullptr;
        const T inverse = inverse_deviations(ctx, o, moments);
        // What passes relu is what the residual gets: written once, by the pass that adds it up.
        T passed;
        if (o.relu && sink.wants(4)) passed = T(ctx, x.extents());
        S* const dr = passed.elements() > 0 ? passed.data() : nullptr;
        // Per column: the sum of slopes, and of slopes times x without its mean.
        eigen::tensor<double, P> sums(ctx, {2 * width});
        const bool moving = !o.fixed && sink.wants(0);
        if (moving || dr || sink.wants(1) || sink.wants(2))
            add_up(ctx, tile, x, moments, dout, out, dr, sums);
        const double *const plain = sums.data(), *const sloped = plain + width;
        for (int i = 1; i < 3; ++i) {
            if (!sink.wants(i)) continue;
            auto [gradient, beta] = sink.accumulate(ctx, i, {width});
            for (extent c = 0; c < width; ++c) {
                const double own =
                    i == 1 ? sloped[c] * static_cast<double>(inverse.data()[c]) : plain[c];
                gradient.data()[c] =
                    static_cast<S>((beta ? static_cast<double>(gradient.data()[c]) : 0.0) + own);
            }
        }
        if (sink.wants(0))
            undo(ctx, tile, x, moments, scale, inverse, moving ? plain : nullptr,
                 dr ? passed : dout, dr ? nullptr : out, sink);
        if (dr)
            sink.add(ctx, 4, std::move(passed));
        else
            sink.pass(ctx, 4, dout);
    }

private:
    /// dx, from what passes relu where `out` is null; `sums` is null where the moments stand.
    static void undo(context& ctx, const tiles& tile, const T& x, const T& moments, const T& scale,
                     const T& inverse, const double* sums, const T& dout, const S* out,
                     gradients<T>& sink) {
        const extent width = tile.width, span = tile.span;
        auto target = sink.accumulate(ctx, 0, x.extents());
        S* const dx = target.gradient.data();
        const int beta = target.beta;
        T columns(ctx, {3, width}), table(ctx, {4, span});
        const double share = 1 / static_cast<double>(x.extents()[0]);
        for (extent c = 0; c < width; ++c) {
            const double inv = static_cast<double>(inverse.data()[c]);
            columns.data()[c] = scale.data()[c] * inverse.data()[c];
            columns.data()[width + c] = static_cast<S>(sums ? sums[c] * share : 0.0);
            columns.data()[2 * width + c] =
                static_cast<S>(sums ? sums[width + c] * share * inv * inv : 0.0);
        }
        for (int i = 0; i < 3; ++i)
            tile.repeat(columns.data() + i * width, table.data() + i * span);
        S* const mean = table.data() + 3 * span;
        tile.repeat(moments.data(), mean);
        tile.for_all(ctx, x.extents()[0], [&](extent at, extent in_tile, extent count) {
            S own[tiles::longest];
            const S* const d = slopes(dout.data() + at, out ? out + at : nullptr, own, count);
            const S *const a = table.data() + in_tile, *const b = a + span, *const c = b + span,
                           *const m = c + span, *const in = x.data() + at;
            if (sums)
                put(dx + at, beta, count,
                    [&](extent i) { return a[i] * (d[i] - b[i] - (in[i] - m[i]) * c[i]); });
            else
                put(dx + at, beta, count, [&](extent i) { return a[i] * d[i]; });
        });
    }
    static T inverse_deviations(context& ctx, const op::normalise& o, const T& moments) {
        const extent width = moments.elements() / 2;
        T out(ctx, {width});
        for (extent i = 0; i < width; ++i)
            out.data()[i] = S(1) / std::sqrt(moments.data()[width + i] + static_cast<S>(o.epsilon));
        return out;
    }
    /// What passes relu, written to `own`; all of it where `out` is null.
    static const S* slopes(const S* dout, const S* out, S* own, extent count) {
        if (!out) return dout;
        for (extent i = 0; i < count; ++i) {
            const S d = dout[i];  // loaded in any case: no branch
            own[i] = out[i] > S(0) ? d : S(0);
        }
        return own;
    }
    template <class F>
    static void put(S* to, int beta, extent count, F&& f) {
        if (beta)
            for (extent i = 0; i < count; ++i) to[i] += f(i);
        else
            for (extent i = 0; i < count; ++i) to[i] = f(i);
    }
    /// Sums in S over at most 64 tiles, then in double; pieces in their order. What passes relu is
    /// written to `passed`, unless that is null.
    static void add_up(context& ctx, const tiles& tile, const T& x, const T& moments, const T& dout,
                       const S* out, S* passed, eigen::tensor<double, P>& sums) {
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
                        const S* const d = slopes(dout.data() + at, out ? out + at : nullptr,
                                                  passed ? passed + at : own, count);
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
