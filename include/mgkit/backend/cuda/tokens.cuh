// Attention and token mixing of the CUDA backend.
#pragma once

#include "mgkit/backend/cuda/norm.cuh"

namespace mgkit::cuda {

/// Tokens 0, gap, 2 gap, ... of `kept`, all others of `mixed`; a null operand counts as zeros.
/// Where `width` is whole chunks an index means one, else an element.
template <class S>
struct restore_body {
    values<S> mixed, kept;
    places<S> out;
    extent tokens, width, gap;
    MGKIT_DEVICE void operator()(extent i) const {
        const bool chunk = width % lanes == 0;
        const extent first = chunk ? i * lanes : i;
        extent rest = first;
        split(rest, width);
        extent token = split(rest, tokens);
        const values<S> from = split(token, gap) == 0 ? kept : mixed;
        if (chunk) {
            S v[lanes] = {};
            if (from) from.load(first, v);
            out.store(first, v);
        } else {
            out.set(first, from ? from[first] : S(0));
        }
    }
};

}  // namespace mgkit::cuda

namespace mgkit {

/// Products batched over samples, one call per head, read queries, keys and values where they lie.
/// Scores are fine until they are weights.
template <class C, class D>
struct kernel<op::attention, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::attention& o, saved<T>& kept, const T& qkv) {
        const layout l(o, qkv);
        T out(ctx, {l.batch, l.tokens, l.width}, qkv.kept()),
            weights(ctx, {l.batch * l.heads, l.tokens, l.row}, qkv.kept());
        {
            T scores(ctx, {l.batch * l.heads, l.tokens, l.tokens});
            for (extent j = 0; j < l.heads; ++j) {
                const auto q = qkv.in() + j * l.head;
                cuda::multiply<T>(
                    ctx, {false, true, l.tokens, l.tokens, l.head, q, l.step, l.sample, q + l.width,
                          l.step, l.sample, scores.out() + j * l.square, l.tokens,
                          l.heads * l.square, l.batch});
            }
            D::of(ctx).blocks("attention", scores.elements() / l.tokens,
                              cuda::row_threads(l.tokens),
                              cuda::softmax_body<S>{scores.in(), weights.out(), l.tokens, l.tokens,
                                                    l.row, l.scale});
        }
        for (extent j = 0; j < l.heads; ++j)
            cuda::multiply<T>(
                ctx, {false, false, l.tokens, l.head, l.tokens, weights.in() + j * l.rows, l.row,
                      l.heads * l.rows, qkv.in() + (j * l.head + 2 * l.width), l.step, l.sample,
                      out.out() + j * l.head, l.width, l.tokens * l.width, l.batch});
        kept.keep(qkv.light());
        kept.keep(weights);
        return out;
    }
    static void backward(context& ctx, const op::attention& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T qkv = kept[0].whole(ctx), &weights = kept[1];
        const layout l(o, qkv);
        T dqkv(ctx, qkv.extents(), qkv.kept()), slopes(ctx, weights.extents(), weights.kept());
        const extent all = l.heads * l.rows, out_sample = l.tokens * l.width;
        {
            T scores(ctx, {l.batch * l.heads, l.tokens, l.tokens});
            for (extent j = 0; j < l.heads; ++j) {
                const auto v = qkv.in() + (j * l.head + 2 * l.width), d = dout.in() + j * l.head,
                           w = weights.in() + j * l.rows;
                cuda::multiply<T>(
                    ctx,
                    {true, false, l.tokens, l.head, l.tokens, w, l.row, all, d, l.width, out_sample,
                     dqkv.out() + (j * l.head + 2 * l.width), l.step, l.sample, l.batch});
                cuda::multiply<T>(
                    ctx,
                    {false, true, l.tokens, l.tokens, l.head, d, l.width, out_sample, v, l.step,
                     l.sample, scores.out() + j * l.square, l.tokens, l.heads * l.square, l.batch});
            }
            D::of(ctx).blocks(
                "attention backward", scores.elements() / l.tokens, cuda::row_threads(l.tokens),
                cuda::softmax_backward_body<S>{weights.in(), scores.in(), slopes.out(), l.tokens,
                                               l.row, l.tokens, l.row, l.scale});
        }
        for (extent j = 0; j < l.heads; ++j) {
            const auto q = qkv.in() + j * l.head, ds = slopes.in() + j * l.rows;
            const auto dq = dqkv.out() + j * l.head;
            cuda::multiply<T>(ctx, {false, false, l.tokens, l.head, l.tokens, ds, l.row, all,
                                    q + l.width, l.step, l.sample, dq, l.step, l.sample, l.batch});
            cuda::multiply<T>(ctx, {true, false, l.tokens, l.head, l.tokens, ds, l.row, all, q,
                                    l.step, l.sample, dq + l.width, l.step, l.sample, l.batch});
        }
        sink.add(ctx, 0, std::move(dqkv));
    }

private:
    /// Where heads and samples lie in packed projections.
    struct layout {
        extent batch, tokens, step, width, heads, head, sample, square, row, rows;
        S scale;

        layout(const op::attention& o, const T& qkv)
            : batch(qkv.extents()[0]),
              tokens(qkv.extents()[1]),
              step(qkv.extents()[2]),
              width(step / 3),
              heads(o.heads),
              head(width / heads),
              sample(tokens * step),
              square(tokens * tokens),
              row(qkv.kept() == cuda::grain::coarse ? cuda::chunks_of(tokens) * cuda::lanes
                                                    : tokens),
              rows(tokens * row),
              scale(S(1) / std::sqrt(static_cast<S>(head))) {}
    };
};

/// A product per sample adds the bias of no row: the activation's kernel does.
template <class C, class D>
struct kernel<op::token_mix, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::token_mix& o, saved<T>& kept, const T& x,
                     const T& weight, const T& bias) {
        const extent batch = x.extents()[0], n = x.extents()[1], width = x.extents()[2],
                     m = weight.extents()[0];
        T out(ctx, {batch, m, width}, x.kept());
        cuda::multiply<T>(ctx, {false, false, m, width, n, weight.in(), n, 0, x.in(), width,
                                n * width, out.out(), width, m * width, batch});
        kept.keep(kept.wanted(1) ? x.light() : x.outline());
        kept.keep(kept.wanted(0) ? weight.light() : weight.outline());
        return cuda::finished(ctx, o.act, kept, std::move(out), bias, width, m);
    }
    static void backward(context& ctx, const op::token_mix& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &weight = kept[1];
        const extent batch = x.extents()[0], n = x.extents()[1], width = x.extents()[2],
                     m = weight.extents()[0];
        const T du = cuda::unfinished(ctx, o.act, kept[2], dout);
        if (sink.wants(2)) {
            T rows(ctx, {batch, m});
            cuda::row_sum<T>(ctx, batch * m, width, du.in(), rows.out());
            auto [db, beta] = sink.accumulate(ctx, 2, {m});
            cuda::column_sum<T>(ctx, "token_mix backward", 1, batch, m,
                                cuda::load_cube<S>{rows.in(), batch, m}, db.out(), beta);
        }
        if (sink.wants(1)) {
            // A product per sample, then their sum in the order of samples.
            const T in = x.whole(ctx);
            T parts(ctx, {batch, m, n});
            cuda::multiply<T>(ctx, {false, true, m, n, width, du.in(), width, m * width, in.in(),
                                    width, n * width, parts.out(), n, m * n, batch});
            auto [dw, beta] = sink.accumulate(ctx, 1, weight.extents());
            cuda::column_sum<T>(ctx, "token_mix backward", 1, batch, m * n,
                                cuda::load_cube<S>{parts.in(), batch, m * n}, dw.out(), beta);
        }
        if (sink.wants(0)) {
            const T w = weight.whole(ctx);
            auto [dx, beta] = cuda::accumulate_like(ctx, sink, 0, x);
            cuda::multiply<T>(ctx, {true, false, n, width, m, w.in(), n, 0, du.in(), width,
                                    m * width, dx.out(), width, n * width, batch, beta});
        }
    }
};

/// Coarse where what it takes most tokens from is.
template <class C, class D>
struct kernel<op::restore_tokens, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::restore_tokens& o, saved<T>& saved_for_backward,
                     const T& mixed, const T& kept) {
        saved_for_backward.keep(mixed.outline());
        saved_for_backward.keep(kept.outline());
        return chosen(ctx, o, mixed.extents(), mixed.in(), kept.in(), mixed.kept());
    }
    static void backward(context& ctx, const op::restore_tokens& o, const saved<T>& kept,
                         const T& dout, gradients<T>& sink) {
        const shape& extents = dout.extents();
        if (sink.wants(0)) sink.add(ctx, 0, chosen(ctx, o, extents, dout.in(), {}, kept[0].kept()));
        if (sink.wants(1)) sink.add(ctx, 1, chosen(ctx, o, extents, {}, dout.in(), kept[1].kept()));
    }

private:
    static T chosen(context& ctx, const op::restore_tokens& o, const shape& extents,
                    const cuda::values<S>& mixed, const cuda::values<S>& kept, cuda::grain grain) {
        T out(ctx, extents, grain);
        const extent width = extents[2];
        D::of(ctx).elements(
            "restore_tokens",
            width % cuda::lanes == 0 ? out.elements() / cuda::lanes : out.elements(),
            cuda::restore_body<S>{mixed, kept, out.out(), extents[1], width, o.gap});
        return out;
    }
};

}  // namespace mgkit
