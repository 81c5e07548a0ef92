// SPDX-License-Identifier: MIT
// Chosen rows and weighted sums on the default tensor: one pass each.
#pragma once

#include <algorithm>

#include "mgkit/backend/detail/primitives.hpp"
#include "mgkit/tensor/ops/rows.hpp"

namespace MGKIT_NAMESPACE {

template <class S, class P>
struct kernel<op::take_rows, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::take_rows& o, saved<T>&, const T& x) {
        const extent width = x.extents().after(0);
        T out(ctx, o.result(x.extents()));
        eigen::detail::for_rows(ctx, o.rows.count(), width, [&](extent begin, extent end) {
            for (extent i = begin; i < end; ++i)
                std::copy_n(x.data() + o.rows[i].row * width, width, out.data() + i * width);
        });
        return out;
    }
    static void backward(context& ctx, const op::take_rows& o, const saved<T>&, const T& dout,
                         gradients<T>& sink) {
        shape whole = dout.extents();
        whole[0] = o.rows.of();
        const extent width = whole.after(0);
        auto [dx, beta] = sink.accumulate(ctx, 0, whole);
        if (!beta) std::fill_n(dx.data(), dx.elements(), S(0));
        eigen::detail::for_rows(ctx, o.rows.count(), width,
                                [&, to = &dx](extent begin, extent end) {
                                    for (extent i = begin; i < end; ++i) {
                                        S* t = to->data() + o.rows[i].row * width;
                                        const S* d = dout.data() + i * width;
                                        for (extent c = 0; c < width; ++c) t[c] += d[c];
                                    }
                                });
    }
};

template <class S, class P>
struct kernel<op::add_rows, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::add_rows& o, saved<T>&, const T& x, const T& y) {
        const extent width = x.extents().after(0);
        T out(ctx, x.extents());
        eigen::detail::for_rows(ctx, o.rows.of(), width, [&](extent begin, extent end) {
            extent next = first_from(o.rows, begin);
            for (extent r = begin; r < end; ++r) {
                const S* in = x.data() + r * width;
                S* to = out.data() + r * width;
                if (next < o.rows.count() && o.rows[next].row == r) {
                    const S weight = static_cast<S>(o.rows[next].weight);
                    const S* add = y.data() + next++ * width;
                    for (extent c = 0; c < width; ++c) to[c] = in[c] + weight * add[c];
                } else {
                    std::copy_n(in, width, to);
                }
            }
        });
        return out;
    }
    static void backward(context& ctx, const op::add_rows& o, const saved<T>&, const T& dout,
                         gradients<T>& sink) {
        sink.pass(ctx, 0, dout);
        if (!sink.wants(1)) return;
        const extent width = dout.extents().after(0);
        T dy(ctx, op::take_rows{o.rows}.result(dout.extents()));
        eigen::detail::for_rows(ctx, o.rows.count(), width, [&](extent begin, extent end) {
            for (extent i = begin; i < end; ++i) {
                const S weight = static_cast<S>(o.rows[i].weight);
                const S* d = dout.data() + o.rows[i].row * width;
                S* to = dy.data() + i * width;
                for (extent c = 0; c < width; ++c) to[c] = weight * d[c];
            }
        });
        sink.add(ctx, 1, std::move(dy));
    }

private:
    /// The first chosen row at `row` or after it.
    static extent first_from(const row_choice& rows, extent row) {
        extent low = 0, high = rows.count();
        while (low < high) {
            const extent middle = (low + high) / 2;
            if (rows[middle].row < row)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
};

template <class S, class P>
struct kernel<op::blend, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::blend& o, saved<T>&, const T& x, const T& y) {
        const S a = static_cast<S>(o.a), b = static_cast<S>(o.b);
        return eigen::detail::zip(ctx, x, y, [=](S u, S v) { return a * u + b * v; });
    }
    static void backward(context& ctx, const op::blend& o, const saved<T>&, const T& dout,
                         gradients<T>& sink) {
        for (const auto& [i, weight] : {std::pair(0, o.a), std::pair(1, o.b)})
            if (sink.wants(i)) sink.add(ctx, i, affine(ctx, dout, weight));
    }
};

}  // namespace MGKIT_NAMESPACE
