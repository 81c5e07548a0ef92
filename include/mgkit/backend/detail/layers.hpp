// SPDX-License-Identifier: MIT
// Fused layer operations on the default tensor: one pass over memory where compositions need many.
#pragma once

#include "mgkit/backend/detail/primitives.hpp"

namespace MGKIT_NAMESPACE {

template <class S, class P>
struct kernel<op::relu, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::relu&, saved<T>& kept, const T& x) {
        T out = eigen::detail::map(ctx, x, [](S v) { return v > S(0) || v != v ? v : S(0); });
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::relu&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, eigen::detail::zip(ctx, kept[0], dout, [](S y, S d) {
                     return y > S(0) ? d : S(0);
                 }));
    }
};

template <class S, class P>
struct kernel<op::gelu, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::gelu&, saved<T>& kept, const T& x) {
        kept.keep(x);
        return eigen::detail::map(ctx, x, [](S v) { return eigen::detail::gelu(v); });
    }
    static void backward(context& ctx, const op::gelu&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, eigen::detail::zip(ctx, kept[0], dout, [](S x, S d) {
                     return d * eigen::detail::gelu_slope(x);
                 }));
    }
};

namespace eigen::detail {

/// y = activation(y + bias) on one row; `before` (may be null) receives y + bias.
template <class S>
void finish_row(activation act, S* y, const S* bias, S* before, extent width) {
    if (act == activation::gelu) {
        for (extent i = 0; i < width; ++i) y[i] += bias[i];
        if (before) std::copy_n(y, width, before);
        for (extent i = 0; i < width; ++i) y[i] = gelu(y[i]);
    } else if (act == activation::relu) {
        for (extent i = 0; i < width; ++i) {
            const S v = y[i] + bias[i];
            y[i] = v > S(0) || v != v ? v : S(0);
        }
    } else {
        for (extent i = 0; i < width; ++i) y[i] += bias[i];
    }
}

/// du = dy * activation'(u) on one row; for relu, `u` may be the result instead.
template <class S>
void undo_row(activation act, const S* dy, const S* u, S* du, extent width) {
    if (act == activation::gelu)
        for (extent i = 0; i < width; ++i) du[i] = dy[i] * gelu_slope(u[i]);
    else if (act == activation::relu)
        for (extent i = 0; i < width; ++i) du[i] = u[i] > S(0) ? dy[i] : S(0);
    else
        std::copy_n(dy, width, du);
}

}  // namespace eigen::detail

template <class S, class P>
struct kernel<op::linear, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::linear& o, saved<T>& kept, const T& x, const T& weight,
                     const T& bias) {
        const extent out_width = weight.extents()[0], in_width = weight.extents()[1];
        T out(ctx, op::linear::result(x.extents(), weight.extents()));
        T before;
        if (kept.wanted() && o.act == activation::gelu) before = T(ctx, out.extents());
        const gemm::problem<S> p{false,    true,     rows(x),    out_width,
                                 in_width, x.data(), in_width,   weight.data(),
                                 in_width, S(0),     out.data(), out_width};
        S* u = before.data();
        gemm::run_pieces<P>(ctx, p, [&](extent row, extent count, extent column, extent columns) {
            for (extent r = row; r < row + count; ++r) {
                const extent at = r * out_width + column;
                eigen::detail::finish_row(o.act, out.data() + at, bias.data() + column,
                                          u ? u + at : nullptr, columns);
            }
        });
        kept.keep(x);
        kept.keep(weight);
        if (o.act == activation::gelu) kept.keep(before);
        if (o.act == activation::relu) kept.keep(out);
        return out;
    }

    static void backward(context& ctx, const op::linear& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &weight = kept[1];
        const extent out_width = weight.extents()[0], in_width = weight.extents()[1];
        T du = dout;
        const bool undo = o.act != activation::none;
        if (undo) du = T(ctx, dout.extents());
        const auto undo_rows = [&](extent begin, extent end) {
            if (undo)
                for (extent r = begin; r < end; ++r)
                    eigen::detail::undo_row(o.act, dout.data() + r * out_width,
                                            kept[2].data() + r * out_width,
                                            du.data() + r * out_width, out_width);
        };
        if (sink.wants(2)) {
            auto [db, beta] = sink.accumulate(ctx, 2, {out_width});
            eigen::detail::column_sums<S, P>(ctx, rows(x), out_width, db.data(), beta,
                                             [&](extent begin, extent end, S* partial) {
                                                 undo_rows(begin, end);
                                                 eigen::detail::add_rows(
                                                     static_cast<const S*>(du.data()), begin, end,
                                                     out_width, partial);
                                             });
        } else {
            eigen::detail::for_rows(ctx, rows(x), out_width, undo_rows);
        }
        if (sink.wants(1)) {
            auto [dw, beta] = sink.accumulate(ctx, 1, weight.extents());
            gemm::run_pieces<P>(
                ctx,
                gemm::problem<S>{true, false, out_width, in_width, rows(x), du.data(), out_width,
                                 x.data(), in_width, S(beta), dw.data(), in_width},
                [](extent, extent, extent, extent) {});
        }
        if (sink.wants(0)) {
            auto [dx, beta] = sink.accumulate(ctx, 0, x.extents());
            gemm::run_pieces<P>(
                ctx,
                gemm::problem<S>{false, false, rows(x), in_width, out_width, du.data(), out_width,
                                 weight.data(), in_width, S(beta), dx.data(), in_width},
                [](extent, extent, extent, extent) {});
        }
    }

private:
    static extent rows(const T& x) { return x.elements() / std::max<extent>(1, x.extents()[-1]); }
};

template <class S, class P>
struct kernel<op::layer_norm, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::layer_norm& o, saved<T>& kept, const T& x,
                     const T& scale, const T& shift) {
        const extent width = x.extents()[-1], rows = x.elements() / width;
        const extent first = x.extents().rank() > 1 ? x.extents()[0] : 1;
        T out(ctx, x.extents()), moments(ctx, {first, first == 0 ? 0 : rows / first, 2});
        eigen::detail::for_rows(ctx, rows, width, [&](extent begin, extent end) {
            for (extent r = begin; r < end; ++r) {
                const S* in = x.data() + r * width;
                S* to = out.data() + r * width;
                const S mean =
                    eigen::detail::ordered_sum<S>(width, [in](extent i) { return in[i]; }) /
                    static_cast<S>(width);
                const S variance =
                    eigen::detail::ordered_sum<S>(
                        width, [in, mean](extent i) { return (in[i] - mean) * (in[i] - mean); }) /
                    static_cast<S>(width);
                const S inverse = S(1) / std::sqrt(variance + static_cast<S>(o.epsilon));
                moments.data()[2 * r] = mean;
                moments.data()[2 * r + 1] = inverse;
                const S *g = scale.data(), *b = shift.data();
                for (extent i = 0; i < width; ++i) to[i] = (in[i] - mean) * inverse * g[i] + b[i];
            }
        });
        kept.keep(x);
        kept.keep(moments);
        kept.keep(scale);
        return out;
    }

    static void backward(context& ctx, const op::layer_norm&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &moments = kept[1], &scale = kept[2];
        const extent width = x.extents()[-1], rows = x.elements() / width;
        const bool wants_x = sink.wants(0);
        T dx;
        if (wants_x) dx = T(ctx, x.extents());
        T both(ctx, {2 * width});
        // Columns 0..width of a partial gather the scale's gradient, the rest the shift's.
        eigen::detail::column_sums<S, P>(
            ctx, rows, 2 * width, both.data(), 0, [&](extent begin, extent end, S* partial) {
                const S* g = scale.data();
                S *dg = partial, *db = partial + width;
                for (extent r = begin; r < end; ++r) {
                    const S *in = x.data() + r * width, *d = dout.data() + r * width;
                    const S mean = moments.data()[2 * r], inverse = moments.data()[2 * r + 1];
                    for (extent i = 0; i < width; ++i) {
                        dg[i] += d[i] * ((in[i] - mean) * inverse);
                        db[i] += d[i];
                    }
                    if (!wants_x) continue;
                    const S first = eigen::detail::ordered_sum<S>(
                                        width, [=](extent i) { return d[i] * g[i]; }) /
                                    static_cast<S>(width);
                    const S second =
                        eigen::detail::ordered_sum<S>(
                            width,
                            [=](extent i) { return d[i] * g[i] * ((in[i] - mean) * inverse); }) /
                        static_cast<S>(width);
                    S* to = dx.data() + r * width;
                    for (extent i = 0; i < width; ++i)
                        to[i] = inverse * (d[i] * g[i] - first - (in[i] - mean) * inverse * second);
                }
            });
        if (wants_x) sink.add(ctx, 0, std::move(dx));
        for (int which = 0; which < 2; ++which) {
            if (!sink.wants(1 + which)) continue;
            auto [gradient, beta] = sink.accumulate(ctx, 1 + which, {width});
            const S* from = both.data() + which * width;
            S* to = gradient.data();
            for (extent i = 0; i < width; ++i) to[i] = beta ? to[i] + from[i] : from[i];
        }
    }
};

template <class S, class P>
struct kernel<op::softmax, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    /// Softmax of one row in place, of scale * row.
    static void row(S* x, extent width, S scale) {
        const S top = eigen::detail::ordered_max<S>(width, [x](extent i) { return x[i]; });
        for (extent i = 0; i < width; ++i) x[i] = eigen::detail::fast_exp(scale * (x[i] - top));
        const S norm = S(1) / eigen::detail::ordered_sum<S>(width, [x](extent i) { return x[i]; });
        for (extent i = 0; i < width; ++i) x[i] *= norm;
    }
    /// d = scale * y (d - sum(d y)) on one row, in place.
    static void undo_row(const S* y, S* d, extent width, S scale) {
        const S dot = eigen::detail::ordered_sum<S>(width, [=](extent i) { return d[i] * y[i]; });
        for (extent i = 0; i < width; ++i) d[i] = scale * y[i] * (d[i] - dot);
    }

    static T forward(context& ctx, const op::softmax&, saved<T>& kept, const T& x) {
        const extent width = x.extents()[-1];
        T out(ctx, x.extents());
        backend_traits<T>::assign(ctx, out, x);
        if (width > 0)
            eigen::detail::for_rows(ctx, x.elements() / width, width,
                                    [&](extent begin, extent end) {
                                        for (extent r = begin; r < end; ++r)
                                            row(out.data() + r * width, width, S(1));
                                    });
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::softmax&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const extent width = dout.extents()[-1];
        T dx(ctx, dout.extents());
        backend_traits<T>::assign(ctx, dx, dout);
        if (width > 0)
            eigen::detail::for_rows(
                ctx, dout.elements() / width, width, [&](extent begin, extent end) {
                    for (extent r = begin; r < end; ++r)
                        undo_row(kept[0].data() + r * width, dx.data() + r * width, width, S(1));
                });
        sink.add(ctx, 0, std::move(dx));
    }
};

}  // namespace MGKIT_NAMESPACE
