// Attention and token mixing on the default tensor: one small product per sample and head.
#pragma once

#include <cmath>

#include "mgkit/backend/detail/layers.hpp"

namespace mgkit {

template <class S, class P>
struct kernel<op::attention, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    using rows = kernel<op::softmax, T>;

    static T forward(context& ctx, const op::attention& o, saved<T>& kept, const T& qkv) {
        const extent batch = qkv.extents()[0], n = qkv.extents()[1], step = qkv.extents()[2],
                     width = step / 3, head = width / o.heads;
        const S scale = S(1) / std::sqrt(static_cast<S>(head));
        T out(ctx, {batch, n, width}), weights(ctx, {batch * o.heads, n, n});
        parallel_for(ctx.threads, batch * o.heads, [&](extent i) {
            const S* q = qkv.data() + i / o.heads * n * step + i % o.heads * head;
            S* w = weights.data() + i * n * n;
            gemm::run<P>(
                gemm::problem<S>{false, true, n, n, head, q, step, q + width, step, S(0), w, n});
            for (extent r = 0; r < n; ++r) rows::row(w + r * n, n, scale);
            gemm::run<P>(gemm::problem<S>{false, false, n, head, n, w, n, q + 2 * width, step, S(0),
                                          out.data() + i / o.heads * n * width + i % o.heads * head,
                                          width});
        });
        kept.keep(qkv);
        kept.keep(weights);
        return out;
    }

    static void backward(context& ctx, const op::attention& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &qkv = kept[0], &weights = kept[1];
        const extent batch = qkv.extents()[0], n = qkv.extents()[1], step = qkv.extents()[2],
                     width = step / 3, head = width / o.heads;
        const S scale = S(1) / std::sqrt(static_cast<S>(head));
        T dqkv(ctx, qkv.extents()), scores(ctx, weights.extents());
        parallel_for(ctx.threads, batch * o.heads, [&](extent i) {
            const extent sample = i / o.heads, offset = i % o.heads * head;
            const S* q = qkv.data() + sample * n * step + offset;
            S* dq = dqkv.data() + sample * n * step + offset;
            const S* w = weights.data() + i * n * n;
            const S* d = dout.data() + sample * n * width + offset;
            S* ds = scores.data() + i * n * n;
            gemm::run<P>(gemm::problem<S>{true, false, n, head, n, w, n, d, width, S(0),
                                          dq + 2 * width, step});
            gemm::run<P>(gemm::problem<S>{false, true, n, n, head, d, width, q + 2 * width, step,
                                          S(0), ds, n});
            for (extent r = 0; r < n; ++r) rows::undo_row(w + r * n, ds + r * n, n, scale);
            gemm::run<P>(
                gemm::problem<S>{false, false, n, head, n, ds, n, q + width, step, S(0), dq, step});
            gemm::run<P>(
                gemm::problem<S>{true, false, n, head, n, ds, n, q, step, S(0), dq + width, step});
        });
        sink.add(ctx, 0, std::move(dqkv));
    }
};

template <class S, class P>
struct kernel<op::attend, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    using rows = kernel<op::softmax, T>;

    static T forward(context& ctx, const op::attend& o, saved<T>& kept, const T& query,
                     const T& memory) {
        const extent batch = query.extents()[0], n = query.extents()[1], width = query.extents()[2];
        T out(ctx, query.extents()), weights(ctx, {batch, n, n});
        parallel_for(ctx.threads, batch, [&](extent i) {
            const extent at = i * n * width;
            const S *q = query.data() + at, *x = memory.data() + at;
            S* w = weights.data() + i * n * n;
            gemm::run<P>(
                gemm::problem<S>{false, true, n, n, width, q, width, x, width, S(0), w, n});
            for (extent r = 0; r < n; ++r) rows::row(w + r * n, n, static_cast<S>(o.scale));
            gemm::run<P>(gemm::problem<S>{false, false, n, width, n, w, n, x, width, S(0),
                                          out.data() + at, width});
        });
        kept.keep(query);
        kept.keep(memory);
        kept.keep(weights);
        return out;
    }

    static void backward(context& ctx, const op::attend& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &query = kept[0], &memory = kept[1], &weights = kept[2];
        const extent batch = query.extents()[0], n = query.extents()[1], width = query.extents()[2];
        T scores(ctx, weights.extents());
        parallel_for(ctx.threads, batch, [&](extent i) {
            const extent at = i * n * width;
            S* ds = scores.data() + i * n * n;
            const S* w = weights.data() + i * n * n;
            gemm::run<P>(gemm::problem<S>{false, true, n, n, width, dout.data() + at, width,
                                          memory.data() + at, width, S(0), ds, n});
            for (extent r = 0; r < n; ++r)
                rows::undo_row(w + r * n, ds + r * n, n, static_cast<S>(o.scale));
        });
        if (sink.wants(0)) {
            auto [dq, beta] = sink.accumulate(ctx, 0, query.extents());
            add_products(ctx, false, scores, memory, S(beta), dq);
        }
        if (sink.wants(1)) {
            auto [dx, beta] = sink.accumulate(ctx, 1, memory.extents());
            add_products(ctx, true, weights, dout, S(beta), dx);
            add_products(ctx, true, scores, query, S(1), dx);
        }
    }

private:
    /// to = a b + beta to for every sample, a [N, N] or its transpose, b [N, d].
    static void add_products(context& ctx, bool transpose, const T& a, const T& b, S beta, T& to) {
        const extent batch = b.extents()[0], n = b.extents()[1], width = b.extents()[2];
        parallel_for(ctx.threads, batch, [&](extent i) {
            gemm::run<P>(gemm::problem<S>{transpose, false, n, width, n, a.data() + i * n * n, n,
                                          b.data() + i * n * width, width, beta,
                                          to.data() + i * n * width, width});
        });
    }
};

template <class S, class P>
struct kernel<op::token_mix, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::token_mix& o, saved<T>& kept, const T& x,
                     const T& weight, const T& bias) {
        const extent batch = x.extents()[0], n = x.extents()[1], width = x.extents()[2],
                     m = weight.extents()[0];
        T out(ctx, {batch, m, width}), before;
        if (kept.wanted() && o.act == activation::gelu) before = T(ctx, out.extents());
        parallel_for(ctx.threads, batch, [&](extent b) {
            S* to = out.data() + b * m * width;
            gemm::run<P>(gemm::problem<S>{false, false, m, width, n, weight.data(), n,
                                          x.data() + b * n * width, width, S(0), to, width});
            for (extent t = 0; t < m; ++t) {
                S* row = to + t * width;
                const S shift = bias.data()[t];
                for (extent i = 0; i < width; ++i) row[i] += shift;
                if (o.act == activation::relu)
                    for (extent i = 0; i < width; ++i)
                        row[i] = row[i] > S(0) || row[i] != row[i] ? row[i] : S(0);
                if (o.act == activation::gelu) {
                    if (kept.wanted()) std::copy_n(row, width, before.data() + (b * m + t) * width);
                    for (extent i = 0; i < width; ++i) row[i] = eigen::detail::gelu(row[i]);
                }
            }
        });
        kept.keep(x);
        kept.keep(weight);
        if (o.act == activation::gelu) kept.keep(before);
        if (o.act == activation::relu) kept.keep(out);
        return out;
    }

    static void backward(context& ctx, const op::token_mix& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &weight = kept[1];
        const extent batch = x.extents()[0], n = x.extents()[1], width = x.extents()[2],
                     m = weight.extents()[0];
        T du = dout;
        if (o.act != activation::none) du = T(ctx, dout.extents());
        // Weight and bias gradients: partial sums over ranges of samples, added in index order.
        const extent group = std::max<extent>(1, (batch + 15) / 16),
                     groups = (batch + group - 1) / group;
        const extent weights = m * n, partial_size = weights + m;
        T partial(ctx, {groups, partial_size});
        auto dx = sink.wants(0) ? sink.accumulate(ctx, 0, x.extents())
                                : typename gradients<T>::target{partial, 0};
        parallel_for(ctx.threads, groups, [&](extent g) {
            S* dw = partial.data() + g * partial_size;
            S* db = dw + weights;
            std::fill_n(db, m, S(0));
            const extent first = g * group, last = std::min(batch, first + group);
            for (extent b = first; b < last; ++b) {
                const S* d = du.data() + b * m * width;
                if (o.act != activation::none)
                    for (extent t = 0; t < m; ++t)
                        eigen::detail::undo_row(o.act, dout.data() + (b * m + t) * width,
                                                kept[2].data() + (b * m + t) * width,
                                                du.data() + (b * m + t) * width, width);
                for (extent t = 0; t < m; ++t)
                    db[t] += eigen::detail::ordered_sum<S>(
                        width, [row = d + t * width](extent i) { return row[i]; });
                gemm::run<P>(gemm::problem<S>{false, true, m, n, width, d, width,
                                              x.data() + b * n * width, width,
                                              b == first ? S(0) : S(1), dw, n});
                if (sink.wants(0))
                    gemm::run<P>(gemm::problem<S>{true, false, n, width, m, weight.data(), n, d,
                                                  width, S(dx.beta),
                                                  dx.gradient.data() + b * n * width, width});
            }
        });
        T total(ctx, {partial_size});
        std::fill_n(total.data(), partial_size, S(0));
        eigen::detail::add_rows(static_cast<const S*>(partial.data()), 0, groups, partial_size,
                                total.data());
        const auto part = [&](int input, const shape& extents, const S* from) {
            if (!sink.wants(input)) return;
            auto [gradient, beta] = sink.accumulate(ctx, input, extents);
            for (extent i = 0; i < extents.elements(); ++i)
                gradient.data()[i] = beta ? gradient.data()[i] + from[i] : from[i];
        };
        part(1, weight.extents(), total.data());
        part(2, {m}, total.data() + weights);
    }
};

template <class S, class P>
struct kernel<op::restore_tokens, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::restore_tokens& o, saved<T>&, const T& mixed,
                     const T& kept_tokens) {
        T out(ctx, mixed.extents());
        const extent n = mixed.extents()[1], width = mixed.extents()[2];
        eigen::detail::for_rows(ctx, mixed.extents()[0] * n, width, [&](extent begin, extent end) {
            for (extent r = begin; r < end; ++r) {
                const T& from = r % n % o.gap == 0 ? kept_tokens : mixed;
                std::copy_n(from.data() + r * width, width, out.data() + r * width);
            }
        });
        return out;
    }
    static void backward(context& ctx, const op::restore_tokens& o, const saved<T>&, const T& dout,
                         gradients<T>& sink) {
        const T zero = backend_traits<T>::full(ctx, dout.extents(), 0);
        saved<T> nothing(false);
        if (sink.wants(0)) sink.add(ctx, 0, forward(ctx, o, nothing, dout, zero));
        if (sink.wants(1)) sink.add(ctx, 1, forward(ctx, o, nothing, zero, dout));
    }
};

}  // namespace mgkit
