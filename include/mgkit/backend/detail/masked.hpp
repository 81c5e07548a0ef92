// SPDX-License-Identifier: MIT
// Sigmoid, masked softmax and dropout on the default tensor.
#pragma once

#include <span>

#include "mgkit/backend/detail/primitives.hpp"

namespace MGKIT_NAMESPACE {

template <class S, class P>
struct kernel<op::sigmoid, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::sigmoid&, saved<T>& kept, const T& x) {
        T out = eigen::detail::map(ctx, x,
                                   [](S v) { return S(1) / (S(1) + eigen::detail::fast_exp(-v)); });
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::sigmoid&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, eigen::detail::zip(ctx, kept[0], dout, [](S y, S d) {
                     return d * y * (S(1) - y);
                 }));
    }
};

template <class S, class P>
struct kernel<op::masked_softmax, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::masked_softmax&, saved<T>& kept, const T& x,
                     const T& mask) {
        const extent width = x.extents()[-1];
        T out(ctx, x.extents());
        eigen::detail::for_rows(ctx, x.elements() / width, width, [&](extent begin, extent end) {
            constexpr S far_below = S(-1e30);
            for (extent r = begin; r < end; ++r) {
                const S *const in = x.data() + r * width, *const seen = mask.data() + r * width;
                S* const to = out.data() + r * width;
                const S top = eigen::detail::ordered_max<S>(
                    width, [=](extent i) { return seen[i] != S(0) ? in[i] : far_below; });
                for (extent i = 0; i < width; ++i)
                    to[i] = seen[i] != S(0) ? eigen::detail::fast_exp(in[i] - top) : S(0);
                const S norm =
                    eigen::detail::ordered_sum<S>(width, [to](extent i) { return to[i]; });
                const S factor = norm == S(0) ? S(0) : S(1) / norm;
                for (extent i = 0; i < width; ++i) to[i] *= factor;
            }
        });
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::masked_softmax&, const saved<T>& kept,
                         const T& dout, gradients<T>& sink) {
        if (!sink.wants(0)) return;
        const T& y = kept[0];
        const extent width = y.extents()[-1];
        T dx(ctx, y.extents());
        eigen::detail::for_rows(ctx, y.elements() / width, width, [&](extent begin, extent end) {
            for (extent r = begin; r < end; ++r) {
                const S *const p = y.data() + r * width, *const d = dout.data() + r * width;
                S* const to = dx.data() + r * width;
                const S dot =
                    eigen::detail::ordered_sum<S>(width, [=](extent i) { return d[i] * p[i]; });
                for (extent i = 0; i < width; ++i) to[i] = p[i] * (d[i] - dot);
            }
        });
        sink.add(ctx, 0, std::move(dx));
    }
};

/// Drawn in the pass that uses it, forward and again backward: no mask is kept.
template <class S, class P>
struct kernel<op::dropout, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::dropout& o, saved<T>&, const T& x) {
        return dropped(ctx, o, x);
    }
    static void backward(context& ctx, const op::dropout& o, const saved<T>&, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, dropped(ctx, o, dout));
    }

private:
    static T dropped(context& ctx, const op::dropout& o, const T& x) {
        T out(ctx, x.extents());
        const extent rows = x.extents()[0], width = rows == 0 ? 0 : x.elements() / rows;
        const auto keys = o.keys.on_host(ctx);
        const S kept = static_cast<S>(1 / (1 - o.rate));
        const std::uint32_t below = o.dropped_below();
        eigen::detail::for_rows(ctx, rows, width, [&](extent begin, extent end) {
            for (extent r = begin; r < end; ++r) {
                random_stream draws = op::dropout::stream_of(
                    keys.values().subspan(static_cast<std::size_t>(r) * random_stream::state_words,
                                          random_stream::state_words));
                const S* const in = x.data() + r * width;
                S* const to = out.data() + r * width;
                for (extent i = 0; i < width; ++i)
                    to[i] = (draws.bits() >> 8) < below ? S(0) : kept * in[i];
            }
        });
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE
