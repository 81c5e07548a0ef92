// SPDX-License-Identifier: MIT
// Batch norm and its moments on the default tensor.
#pragma once

#include <cmath>

#include "mgkit/backend/detail/primitives.hpp"

namespace MGKIT_NAMESPACE::eigen::detail {

/// Sums over the rows of each group of a [groups * rows, width] quantity, in double: `part(begin,
/// end, sums)` adds a range of one group's rows to float or double sums of at most 64 rows, so that
/// long columns lose nothing. to: [groups, width].
template <class S, class P, class F>
void group_sums(context& ctx, int groups, extent rows, extent width, double* to, F&& part) {
    constexpr extent block = 64;
    const extent size = std::max<extent>(block, ((rows + 31) / 32 + block - 1) / block * block);
    const extent pieces = std::max<extent>(1, (rows + size - 1) / size);
    tensor<double, P> partial(ctx, {groups * pieces, width});
    tensor<S, P> of_block(ctx, {groups * pieces, width});
    parallel_for(ctx.threads, groups * pieces, [&](extent i) {
        const extent first = i / pieces * rows, begin = i % pieces * size,
                     end = std::min(rows, begin + size);
        double* const sums = partial.data() + i * width;
        S* const some = of_block.data() + i * width;
        std::fill_n(sums, width, 0.0);
        for (extent r = begin; r < end; r += block) {
            std::fill_n(some, width, S(0));
            part(first + r, first + std::min(end, r + block), some);
            for (extent c = 0; c < width; ++c) sums[c] += static_cast<double>(some[c]);
        }
    });
    std::fill_n(to, groups * width, 0.0);
    for (extent i = 0; i < groups * pieces; ++i)
        for (extent c = 0; c < width; ++c)
            to[i / pieces * width + c] += partial.data()[i * width + c];
}

/// Columns of a narrow matrix, repeated side by side until loops over them are long: runs of values
/// lie against runs of a tile.
struct column_tiles {
    static constexpr extent longest = 512;  ///< of a run

    extent width, span;

    explicit column_tiles(extent columns)
        : width(columns),
          span(std::max<extent>(1, longest / std::max<extent>(1, columns)) * columns) {}

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
        for (extent i = 0; i < span; i += width)
            for (extent c = 0; c < width; ++c) to[i + c] = static_cast<B>(from[c]);
    }
    /// Adds a tile's columns to `to` [width].
    template <class A, class B>
    void fold(const A* from, B* to) const {
        for (extent i = 0; i < span; i += width)
            for (extent c = 0; c < width; ++c) to[c] += static_cast<B>(from[i + c]);
    }
};

}  // namespace MGKIT_NAMESPACE::eigen::detail

namespace MGKIT_NAMESPACE {

template <class S, class P>
struct kernel<op::moments, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::moments& o, saved<T>&, const T& x) {
        const extent width = x.extents()[1], rows = x.extents()[0] / o.groups;
        const eigen::detail::column_tiles tile(width);
        // Rows that a thread sees twice from its nearest cache, and pieces of such blocks.
        const extent block = std::max<extent>(16, 8192 / std::max<extent>(1, width));
        const extent size = std::max<extent>(1, ((rows + 31) / 32 + block - 1) / block) * block;
        const extent pieces = std::max<extent>(1, (rows + size - 1) / size);
        const extent all = o.groups * pieces;
        T out(ctx, o.result(x.extents())), tiled(ctx, {all, 2 * tile.span});
        eigen::tensor<double, P> found(ctx, {all, 2 * width}), own(ctx, {all, 2 * width});
        parallel_for(ctx.threads, all, [&](extent i) {
            double *const total = found.data() + i * 2 * width, *const some =
                                                                    own.data() + i * 2 * width;
            const S* const in = x.data() + i / pieces * rows * width;
            const extent first = i % pieces * size, last = std::min(rows, first + size);
            std::fill_n(total, 2 * width, 0.0);
            for (extent r = first; r < last; r += block) {
                const extent count = std::min(block, last - r);
                of_block(tile, in + r * width, count, tiled.data() + i * 2 * tile.span, some);
                join(total, r - first, some, count, width);
            }
        });
        for (extent g = 0; g < o.groups; ++g) {
            double* const total = found.data() + g * pieces * 2 * width;
            for (extent p = 1; p < pieces; ++p)
                join(total, p * size, total + p * 2 * width, std::min(size, rows - p * size),
                     width);
            S *const mean = out.data() + g * width, *const variance = mean + o.groups * width;
            for (extent c = 0; c < width; ++c) {
                mean[c] = static_cast<S>(total[c]);
                variance[c] = static_cast<S>(total[width + c] / static_cast<double>(rows));
            }
        }
        return out;
    }

private:
    /// Means of a block's columns, and sums of squares about them.
    static void of_block(const eigen::detail::column_tiles& tile, const S* in, extent rows,
                         S* tiled, double* to) {
        const extent width = tile.width, count = rows * width;
        S *const sums = tiled, *const mean = tiled + tile.span;
        std::fill_n(sums, tile.span, S(0));
        tile.for_runs(0, count, [&](extent at, extent in_tile, extent n) {
            const S* const v = in + at;
            S* const s = sums + in_tile;
            for (extent i = 0; i < n; ++i) s[i] += v[i];
        });
        std::fill_n(to, 2 * width, 0.0);
        tile.fold(sums, to);
        for (extent c = 0; c < width; ++c) to[c] /= static_cast<double>(rows);
        tile.repeat(to, mean);
        std::fill_n(sums, tile.span, S(0));
        tile.for_runs(0, count, [&](extent at, extent in_tile, extent n) {
            const S *const v = in + at, *const m = mean + in_tile;
            S* const s = sums + in_tile;
            for (extent i = 0; i < n; ++i) s[i] += (v[i] - m[i]) * (v[i] - m[i]);
        });
        tile.fold(sums, to + width);
    }
    /// Adds the means and sums of squares of `more` rows to those of `rows` rows. Source: Chan,
    /// Golub, LeVeque, Updating formulae and a pairwise algorithm for computing sample variances,
    /// 1979.
    static void join(double* total, extent rows, const double* some, extent more, extent width) {
        const double of = static_cast<double>(rows + more), share = static_cast<double>(more) / of,
                     both = static_cast<double>(rows) * share;
        for (extent c = 0; c < width; ++c) {
            const double apart = some[c] - total[c];
            total[c] += apart * share;
            total[width + c] += some[width + c] + apart * apart * both;
        }
    }
};

template <class S, class P>
struct kernel<op::batch_norm, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::batch_norm& o, saved<T>& kept, const T& x,
                     const T& scale, const T& shift, const T& moments) {
        const extent width = x.extents()[1], rows = x.extents()[0] / o.groups;
        T out(ctx, x.extents());
        const T inverse = inverse_deviations(ctx, o, moments, width);
        const S *const in = x.data(), *const means = moments.data(), *const g = scale.data(),
                       *const b = shift.data();
        eigen::detail::for_rows(ctx, x.extents()[0], width, [&](extent begin, extent end) {
            for (extent r = begin; r < end; ++r) {
                const S *const row = in + r * width, *const m = means + r / rows * width,
                               *const d = inverse.data() + r / rows * width;
                S* const to = out.data() + r * width;
                for (extent c = 0; c < width; ++c) to[c] = (row[c] - m[c]) * d[c] * g[c] + b[c];
            }
        });
        kept.keep(x);
        kept.keep(moments);
        kept.keep(inverse);
        kept.keep(scale);
        return out;
    }
    static void backward(context& ctx, const op::batch_norm& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &moments = kept[1], &inverse = kept[2], &scale = kept[3];
        const extent width = x.extents()[1], rows = x.extents()[0] / o.groups;
        const extent all = o.groups * width;
        const S *const in = x.data(), *const d = dout.data(), *const means = moments.data(),
                       *const inv = inverse.data(), *const g = scale.data();
        // Per group and column: sum of dout, and of dout times the standardised value.
        eigen::tensor<double, P> sums(ctx, {2, all});
        double *const plain = sums.data(), *const sloped = plain + all;
        eigen::detail::group_sums<S, P>(ctx, o.groups, rows, width, plain,
                                        [&](extent begin, extent end, S* to) {
                                            eigen::detail::add_rows(d, begin, end, width, to);
                                        });
        eigen::detail::group_sums<S, P>(
            ctx, o.groups, rows, width, sloped, [&](extent begin, extent end, S* to) {
                for (extent r = begin; r < end; ++r) {
                    const extent at = r / rows * width;
                    for (extent c = 0; c < width; ++c)
                        to[c] +=
                            d[r * width + c] * ((in[r * width + c] - means[at + c]) * inv[at + c]);
                }
            });
        if (sink.wants(0)) {
            T dx(ctx, x.extents()), average(ctx, {2, all});
            for (extent i = 0; i < 2 * all; ++i)
                average.data()[i] = static_cast<S>(sums.data()[i] / static_cast<double>(rows));
            const S *const first = average.data(), *const second = first + all;
            eigen::detail::for_rows(ctx, x.extents()[0], width, [&](extent begin, extent end) {
                for (extent r = begin; r < end; ++r) {
                    const extent at = r / rows * width;
                    S* const to = dx.data() + r * width;
                    for (extent c = 0; c < width; ++c) {
                        const S unit = (in[r * width + c] - means[at + c]) * inv[at + c];
                        to[c] = g[c] * inv[at + c] *
                                (d[r * width + c] - first[at + c] - unit * second[at + c]);
                    }
                }
            });
            sink.add(ctx, 0, std::move(dx));
        }
        for (int i = 1; i < 3; ++i) {
            if (!sink.wants(i)) continue;
            auto [gradient, beta] = sink.accumulate(ctx, i, {width});
            const double* const from = i == 1 ? sloped : plain;
            for (extent c = 0; c < width; ++c) {
                double total = beta ? static_cast<double>(gradient.data()[c]) : 0.0;
                for (int group = 0; group < o.groups; ++group) total += from[group * width + c];
                gradient.data()[c] = static_cast<S>(total);
            }
        }
    }

private:
    static T inverse_deviations(context& ctx, const op::batch_norm& o, const T& moments,
                                extent width) {
        T out(ctx, {o.groups, width});
        const S* const variance = moments.data() + o.groups * width;
        for (extent i = 0; i < o.groups * width; ++i)
            out.data()[i] = S(1) / std::sqrt(variance[i] + static_cast<S>(o.epsilon));
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE
