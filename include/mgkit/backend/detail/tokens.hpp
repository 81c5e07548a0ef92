// SPDX-License-Identifier: MIT
// Attention and token mixing on the default tensor: one small product per sample and head.
#pragma once

#include <cmath>

#include "mgkit/backend/detail/layers.hpp"

namespace MGKIT_NAMESPACE {

namespace eigen::detail {

/// Attention of one sample and head: `tokens` rows of `width` values, those of queries `q_step`
/// apart, of keys and values `step`; `w` holds its weights [tokens, tokens].
template <class S, class P>
struct attention_of_head {
    extent tokens, width, q_step, step;
    S scale;

    void forward(const S* q, const S* k, const S* v, S* w, S* out, extent out_step) const {
        gemm::run<P>(
            problem{false, true, tokens, tokens, width, q, q_step, k, step, S(0), w, tokens});
        for (extent r = 0; r < tokens; ++r) rows::row(w + r * tokens, tokens, scale);
        gemm::run<P>(
            problem{false, false, tokens, width, tokens, w, tokens, v, step, S(0), out, out_step});
    }
    /// Slopes of the scores, from those of the result.
    void undo(const S* v, const S* w, const S* dout, extent out_step, S* scores) const {
        gemm::run<P>(problem{false, true, tokens, tokens, width, dout, out_step, v, step, S(0),
                             scores, tokens});
        for (extent r = 0; r < tokens; ++r)
            rows::undo_row(w + r * tokens, scores + r * tokens, tokens, scale);
    }
    /// to = a x + beta to, with a [tokens, tokens] or its transpose.
    void mix(bool transpose, const S* a, const S* x, extent x_step, S beta, S* to,
             extent to_step) const {
        gemm::run<P>(problem{transpose, false, tokens, width, tokens, a, tokens, x, x_step, beta,
                             to, to_step});
    }

private:
    using problem = gemm::problem<S>;
    using rows = kernel<op::softmax, tensor<S, P>>;
};

}  // namespace eigen::detail

template <class S, class P>
struct kernel<op::attention, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::attention& o, saved<T>& kept, const T& qkv) {
        const layout at(o, qkv);
        T out(ctx, {at.batch, at.n, at.width}), weights(ctx, {at.batch * o.heads, at.n, at.n});
        parallel_for(ctx.threads, at.batch * o.heads, [&](extent i) {
            const S* q = qkv.data() + at.packed(i);
            at.core.forward(q, q + at.width, q + 2 * at.width, weights.data() + i * at.n * at.n,
                            out.data() + at.own(i), at.width);
        });
        kept.keep(qkv);
        kept.keep(weights);
        return out;
    }

    static void backward(context& ctx, const op::attention& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &qkv = kept[0], &weights = kept[1];
        const layout at(o, qkv);
        T dqkv(ctx, qkv.extents()), scores(ctx, weights.extents());
        parallel_for(ctx.threads, at.batch * o.heads, [&](extent i) {
            const S *q = qkv.data() + at.packed(i), *w = weights.data() + i * at.n * at.n,
                    *d = dout.data() + at.own(i);
            S *dq = dqkv.data() + at.packed(i), *ds = scores.data() + i * at.n * at.n;
            const extent step = 3 * at.width;
            at.core.mix(true, w, d, at.width, S(0), dq + 2 * at.width, step);
            at.core.undo(q + 2 * at.width, w, d, at.width, ds);
            at.core.mix(false, ds, q + at.width, step, S(0), dq, step);
            at.core.mix(true, ds, q, step, S(0), dq + at.width, step);
        });
        sink.add(ctx, 0, std::move(dqkv));
    }

private:
    /// Where sample and head i = sample * heads + head lies in packed projections and results.
    struct layout {
        extent batch, n, width, heads, head;
        eigen::detail::attention_of_head<S, P> core;

        layout(const op::attention& o, const T& qkv)
            : batch(qkv.extents()[0]),
              n(qkv.extents()[1]),
              width(qkv.extents()[2] / 3),
              heads(o.heads),
              head(width / heads),
              core{n, head, 3 * width, 3 * width, S(1) / std::sqrt(static_cast<S>(head))} {}
        extent packed(extent i) const { return i / heads * n * 3 * width + i % heads * head; }
        extent own(extent i) const { return i / heads * n * width + i % heads * head; }
    };
};

template <class S, class P>
struct kernel<op::attend, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::attend& o, saved<T>& kept, const T& query,
                     const T& memory) {
        const auto core = core_of(o, query);
        const extent n = core.tokens, size = n * core.width;
        T out(ctx, query.extents()), weights(ctx, {query.extents()[0], n, n});
        parallel_for(ctx.threads, query.extents()[0], [&](extent i) {
            const S* x = memory.data() + i * size;
            core.forward(query.data() + i * size, x, x, weights.data() + i * n * n,
                         out.data() + i * size, core.width);
        });
        kept.keep(query);
        kept.keep(memory);
        kept.keep(weights);
        return out;
    }

    static void backward(context& ctx, const op::attend& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &query = kept[0], &memory = kept[1], &weights = kept[2];
        const auto core = core_of(o, query);
        const extent n = core.tokens, width = core.width, size = n * width;
        T scores(ctx, weights.extents());
        const auto for_samples = [&](auto&& f) {
            parallel_for(ctx.threads, query.extents()[0], f);
        };
        for_samples([&](extent i) {
            core.undo(memory.data() + i * size, weights.data() + i * n * n, dout.data() + i * size,
                      width, scores.data() + i * n * n);
        });
        if (sink.wants(0)) {
            auto target = sink.accumulate(ctx, 0, query.extents());
            for_samples([&](extent i) {
                core.mix(false, scores.data() + i * n * n, memory.data() + i * size, width,
                         S(target.beta), target.gradient.data() + i * size, width);
            });
        }
        if (sink.wants(1)) {
            auto target = sink.accumulate(ctx, 1, memory.extents());
            for_samples([&](extent i) {
                S* const dx = target.gradient.data() + i * size;
                core.mix(true, weights.data() + i * n * n, dout.data() + i * size, width,
                         S(target.beta), dx, width);
                core.mix(true, scores.data() + i * n * n, query.data() + i * size, width, S(1), dx,
                         width);
            });
        }
    }

private:
    static eigen::detail::attention_of_head<S, P> core_of(const op::attend& o, const T& query) {
        const extent n = query.extents()[1], width = query.extents()[2];
        return {n, width, width, width, static_cast<S>(o.scale)};
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

}  // namespace MGKIT_NAMESPACE
