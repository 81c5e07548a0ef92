// SPDX-License-Identifier: MIT
// Fused losses on the default tensor.
#pragma once

#include <cmath>
#include <vector>

#include "mgkit/backend/detail/primitives.hpp"

namespace MGKIT_NAMESPACE {

template <class S, class P>
struct kernel<op::cross_entropy, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::cross_entropy&, saved<T>& kept, const T& logits,
                     const T& one_hot) {
        const extent rows = logits.extents()[0], width = logits.extents()[1];
        T likelihood(ctx, logits.extents()), out(ctx, {});
        T by_row(ctx, {rows});
        eigen::detail::for_rows(ctx, rows, width, [&](extent begin, extent end) {
            for (extent r = begin; r < end; ++r) {
                const S *x = logits.data() + r * width, *t = one_hot.data() + r * width;
                S* to = likelihood.data() + r * width;
                const S top = eigen::detail::ordered_max<S>(width, [x](extent i) { return x[i]; });
                for (extent i = 0; i < width; ++i) to[i] = eigen::detail::fast_exp(x[i] - top);
                const S norm = std::log(
                    eigen::detail::ordered_sum<S>(width, [to](extent i) { return to[i]; }));
                for (extent i = 0; i < width; ++i) to[i] = x[i] - top - norm;
                by_row.data()[r] = eigen::detail::ordered_sum<S>(
                    width, [t, to](extent i) { return t[i] * to[i]; });
            }
        });
        out.data()[0] = -eigen::detail::ordered_sum<S>(rows, [&](extent r) {
            return by_row.data()[r];
        }) / static_cast<S>(rows);
        kept.keep(likelihood);
        kept.keep(one_hot);
        return out;
    }

    static void backward(context& ctx, const op::cross_entropy&, const saved<T>& kept,
                         const T& dout, gradients<T>& sink) {
        const T &likelihood = kept[0], &one_hot = kept[1];
        const extent rows = one_hot.extents()[0], width = one_hot.extents()[1];
        const S scale = dout.data()[0] / static_cast<S>(rows);
        if (sink.wants(0)) {
            T dx(ctx, one_hot.extents());
            eigen::detail::for_rows(ctx, rows, width, [&](extent begin, extent end) {
                for (extent r = begin; r < end; ++r) {
                    const S *q = likelihood.data() + r * width, *t = one_hot.data() + r * width;
                    S* to = dx.data() + r * width;
                    const S share = scale * eigen::detail::ordered_sum<S>(
                                                width, [t](extent i) { return t[i]; });
                    for (extent i = 0; i < width; ++i)
                        to[i] = share * eigen::detail::fast_exp(q[i]) - scale * t[i];
                }
            });
            sink.add(ctx, 0, std::move(dx));
        }
        if (sink.wants(1))
            sink.add(ctx, 1,
                     eigen::detail::map(ctx, likelihood, [scale](S q) { return -scale * q; }));
    }
};

}  // namespace MGKIT_NAMESPACE
