// SPDX-License-Identifier: MIT
// The loss of a linear classifier on the default tensor: rows are read once for value and gradient.
#pragma once

#include <algorithm>
#include <cmath>

#include "mgkit/backend/detail/primitives.hpp"
#include "mgkit/tensor/ops/classifier.hpp"

namespace MGKIT_NAMESPACE {

template <class S, class P>
struct kernel<op::classifier_loss, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    /// Ranges of rows, each with its scores, loss and share of the gradients while it is in cache.
    static T forward(context& ctx, const op::classifier_loss&, saved<T>& kept, const T& x,
                     const T& weight, const T& bias, const T& one_hot) {
        const extent rows = x.extents()[0], width = x.extents()[1], classes = weight.extents()[0];
        constexpr extent least = 256, most = 16;
        const extent size = std::max(least, (rows + most - 1) / most);
        const extent pieces = (rows + size - 1) / size;
        T scores(ctx, one_hot.extents()), loss(ctx, {pieces});
        T slopes, columns;
        if (kept.wanted(1)) slopes = T(ctx, {pieces, classes, width});
        if (kept.wanted(2)) columns = T(ctx, {pieces, classes});
        parallel_for(ctx.threads, pieces, [&](extent i) {
            const extent begin = i * size, count = std::min(size, rows - begin);
            const S* const in = x.data() + begin * width;
            S* const out = scores.data() + begin * classes;
            gemm::run_rounded<P>(
                ctx, gemm::problem<S>{false, true, count, classes, width, in, width, weight.data(),
                                      width, S(0), out, classes});
            S sum = 0;
            for (extent r = 0; r < count; ++r)
                sum += row(out + r * classes, bias.data(), one_hot.data() + (begin + r) * classes,
                           classes, kept.wanted());
            loss.data()[i] = sum;
            if (kept.wanted(1))
                gemm::run_rounded<P>(
                    ctx, gemm::problem<S>{true, false, classes, width, count, out, classes, in,
                                          width, S(0), slopes.data() + i * classes * width, width});
            if (kept.wanted(2)) {
                S* const column = columns.data() + i * classes;
                std::fill_n(column, classes, S(0));
                eigen::detail::add_rows(static_cast<const S*>(out), 0, count, classes, column);
            }
        });
        T value(ctx, {});
        value.data()[0] =
            eigen::detail::ordered_sum<S>(pieces, [&](extent i) { return loss.data()[i]; }) /
            static_cast<S>(rows);
        kept.keep(scores);
        kept.keep(slopes);
        kept.keep(columns);
        kept.keep(weight);
        return value;
    }

    static void backward(context& ctx, const op::classifier_loss&, const saved<T>& kept,
                         const T& dout, gradients<T>& sink) {
        const T &scores = kept[0], &weight = kept[3];
        const S scale = dout.data()[0] / static_cast<S>(scores.extents()[0]);
        if (sink.wants(0)) {
            const extent rows = scores.extents()[0], classes = weight.extents()[0],
                         width = weight.extents()[1];
            T du = eigen::detail::map(ctx, scores, [scale](S s) { return scale * s; });
            auto [dx, beta] = sink.accumulate(ctx, 0, {rows, width});
            gemm::run_pieces<P>(
                ctx,
                gemm::problem<S>{false, false, rows, width, classes, du.data(), classes,
                                 weight.data(), width, S(beta), dx.data(), width},
                [](extent, extent, extent, extent) {});
        }
        if (sink.wants(1)) gather(ctx, sink, 1, kept[1], weight.extents(), scale);
        if (sink.wants(2)) gather(ctx, sink, 2, kept[2], {weight.extents()[0]}, scale);
    }

private:
    /// The loss of one row; `x` becomes the slope of its loss where wanted.
    static S row(S* x, const S* bias, const S* truth, extent classes, bool slope) {
        using eigen::detail::ordered_sum;
        for (extent i = 0; i < classes; ++i) x[i] += bias[i];
        const S top = eigen::detail::ordered_max<S>(classes, [x](extent i) { return x[i]; });
        const S share = ordered_sum<S>(classes, [truth](extent i) { return truth[i]; });
        const S hit = ordered_sum<S>(classes, [=](extent i) { return truth[i] * (x[i] - top); });
        for (extent i = 0; i < classes; ++i) x[i] = eigen::detail::fast_exp(x[i] - top);
        const S norm = ordered_sum<S>(classes, [x](extent i) { return x[i]; });
        if (slope) {
            const S part = share / norm;
            for (extent i = 0; i < classes; ++i) x[i] = part * x[i] - truth[i];
        }
        return share * std::log(norm) - hit;
    }

    /// scale * the sum over pieces, added to what operand `which` has.
    static void gather(context& ctx, gradients<T>& sink, int which, const T& pieces,
                       const shape& extents, S scale) {
        auto [target, beta] = sink.accumulate(ctx, which, extents);
        S* const to = target.data();
        const S* const from = pieces.data();
        const extent count = pieces.extents()[0], size = extents.elements();
        eigen::detail::for_ranges(ctx, size, [&, factor = beta](extent begin, extent end) {
            for (extent j = begin; j < end; ++j) {
                S sum = 0;
                for (extent i = 0; i < count; ++i) sum += from[i * size + j];
                to[j] = factor ? to[j] + scale * sum : scale * sum;
            }
        });
    }
};

}  // namespace MGKIT_NAMESPACE
