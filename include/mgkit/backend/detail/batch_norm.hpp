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

}  // namespace MGKIT_NAMESPACE::eigen::detail

namespace MGKIT_NAMESPACE {

template <class S, class P>
struct kernel<op::moments, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::moments& o, saved<T>&, const T& x) {
        const extent width = x.extents()[1], rows = x.extents()[0] / o.groups;
        const extent all = o.groups * width;
        T out(ctx, o.result(x.extents()));
        eigen::tensor<double, P> sums(ctx, {all});
        const S* const in = x.data();
        S *const mean = out.data(), *const variance = mean + all;
        eigen::detail::group_sums<S, P>(ctx, o.groups, rows, width, sums.data(),
                                        [&](extent begin, extent end, S* to) {
                                            eigen::detail::add_rows(in, begin, end, width, to);
                                        });
        for (extent i = 0; i < all; ++i)
            mean[i] = static_cast<S>(sums.data()[i] / static_cast<double>(rows));
        eigen::detail::group_sums<S, P>(
            ctx, o.groups, rows, width, sums.data(), [&](extent begin, extent end, S* to) {
                for (extent r = begin; r < end; ++r) {
                    const S *const row = in + r * width, *const m = mean + r / rows * width;
                    for (extent c = 0; c < width; ++c) to[c] += (row[c] - m[c]) * (row[c] - m[c]);
                }
            });
        for (extent i = 0; i < all; ++i)
            variance[i] = static_cast<S>(sums.data()[i] / static_cast<double>(rows));
        return out;
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
