// Attention and token mixing of the CUDA backend.
#pragma once

#include "mgkit/backend/cuda/layers.cuh"

namespace mgkit::cuda {

/// Tokens 0, gap, 2 gap, ... of `kept`, all others of `mixed`; a null operand counts as zeros.
template <class S>
struct restore_body {
    const S *mixed, *kept;
    S* out;
    extent tokens, width, gap;
    MGKIT_DEVICE void operator()(extent i) const {
        extent rest = i;
        split(rest, width);
        extent token = split(rest, tokens);
        const S* from = split(token, gap) == 0 ? kept : mixed;
        out[i] = from != nullptr ? from[i] : S(0);
    }
};

}  // namespace mgkit::cuda

namespace mgkit {

/// Products batched over samples, one call per head, read queries, keys and values where they lie.
template <class C, class D>
struct kernel<op::attention, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::attention& o, saved<T>& kept, const T& qkv) {
        const layout l(o, qkv);
        T out(ctx, {l.batch, l.tokens, l.width}),
            weights(ctx, {l.batch * l.heads, l.tokens, l.tokens});
        for (extent j = 0; j < l.heads; ++j) {
            const S* q = qkv.data() + j * l.head;
            cuda::multiply<T>(ctx, {false, true, l.tokens, l.tokens, l.head, q, l.step, l.sample,
                                    q + l.width, l.step, l.sample, weights.data() + j * l.square,
                                    l.tokens, l.heads * l.square, l.batch});
        }
        D::of(ctx).blocks("attention", weights.elements() / l.tokens, cuda::row_threads(l.tokens),
                          cuda::softmax_body<S>{weights.data(), weights.data(), l.tokens, l.scale});
        for (extent j = 0; j < l.heads; ++j)
            cuda::multiply<T>(
                ctx, {false, false, l.tokens, l.head, l.tokens, weights.data() + j * l.square,
                      l.tokens, l.heads * l.square, qkv.data() + j * l.head + 2 * l.width, l.step,
                      l.sample, out.data() + j * l.head, l.width, l.tokens * l.width, l.batch});
        kept.keep(qkv);
        kept.keep(weights);
        return out;
    }
    static void backward(context& ctx, const op::attention& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &qkv = kept[0], &weights = kept[1];
        const layout l(o, qkv);
        T dqkv(ctx, qkv.extents()), scores(ctx, weights.extents());
        const extent all = l.heads * l.square, out_sample = l.tokens * l.width;
        for (extent j = 0; j < l.heads; ++j) {
            const S *v = qkv.data() + j * l.head + 2 * l.width, *d = dout.data() + j * l.head,
                    *w = weights.data() + j * l.square;
            cuda::multiply<T>(ctx, {true, false, l.tokens, l.head, l.tokens, w, l.tokens, all, d,
                                    l.width, out_sample, dqkv.data() + j * l.head + 2 * l.width,
                                    l.step, l.sample, l.batch});
            cuda::multiply<T>(
                ctx, {false, true, l.tokens, l.tokens, l.head, d, l.width, out_sample, v, l.step,
                      l.sample, scores.data() + j * l.square, l.tokens, all, l.batch});
        }
        D::of(ctx).blocks("attention backward", weights.elements() / l.tokens,
                          cuda::row_threads(l.tokens),
                          cuda::softmax_backward_body<S>{weights.data(), scores.data(),
                                                         scores.data(), l.tokens, l.scale});
        for (extent j = 0; j < l.heads; ++j) {
            const S *q = qkv.data() + j * l.head, *ds = scores.data() + j * l.square;
            S* dq = dqkv.data() + j * l.head;
            cuda::multiply<T>(ctx, {false, false, l.tokens, l.head, l.tokens, ds, l.tokens, all,
                                    q + l.width, l.step, l.sample, dq, l.step, l.sample, l.batch});
            cuda::multiply<T>(ctx, {true, false, l.tokens, l.head, l.tokens, ds, l.tokens, all, q,
                                    l.step, l.sample, dq + l.width, l.step, l.sample, l.batch});
        }
        sink.add(ctx, 0, std::move(dqkv));
    }

private:
    /// Where heads and samples lie in packed projections.
    struct layout {
        extent batch, tokens, step, width, heads, head, sample, square;
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
              scale(S(1) / std::sqrt(static_cast<S>(head))) {}
    };
};

template <class C, class D>
struct kernel<op::token_mix, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::token_mix& o, saved<T>& kept, const T& x,
                     const T& weight, const T& bias) {
        const extent batch = x.extents()[0], n = x.extents()[1], width = x.extents()[2],
                     m = weight.extents()[0];
        T out(ctx, {batch, m, width}), before;
        cuda::multiply<T>(ctx, {false, false, m, width, n, weight.data(), n, 0, x.data(), width,
                                n * width, out.data(), width, m * width, batch});
        if (kept.wanted() && o.act == activation::gelu) before = T(ctx, out.extents());
        D::of(ctx).elements(
            "token_mix", out.elements(),
            cuda::finish_body<S>{out.data(), before.data(), bias.data(), width, m, o.act});
        kept.keep(x);
        kept.keep(weight);
        if (o.act != activation::none) kept.keep(o.act == activation::gelu ? before : out);
        return out;
    }
    static void backward(context& ctx, const op::token_mix& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &weight = kept[1];
        const extent batch = x.extents()[0], n = x.extents()[1], width = x.extents()[2],
                     m = weight.extents()[0];
        const T du = cuda::undone(ctx, o.act, kept[2], dout);
        if (sink.wants(2)) {
            T rows(ctx, {batch, m});
            cuda::row_sum<T>(ctx, batch * m, width, du.data(), rows.data());
            auto [db, beta] = sink.accumulate(ctx, 2, {m});
            cuda::column_sum<T>(ctx, "token_mix backward", 1, batch, m,
                                cuda::load_cube<S>{rows.data(), batch, m}, db.data(), beta);
        }
        if (sink.wants(1)) {
            // A product per sample, then their sum in the order of samples.
            T parts(ctx, {batch, m, n});
            cuda::multiply<T>(ctx, {false, true, m, n, width, du.data(), width, m * width, x.data(),
                                    width, n * width, parts.data(), n, m * n, batch});
            auto [dw, beta] = sink.accumulate(ctx, 1, weight.extents());
            cuda::column_sum<T>(ctx, "token_mix backward", 1, batch, m * n,
                                cuda::load_cube<S>{parts.data(), batch, m * n}, dw.data(), beta);
        }
        if (sink.wants(0)) {
            auto [dx, beta] = sink.accumulate(ctx, 0, x.extents());
            cuda::multiply<T>(ctx, {true, false, n, width, m, weight.data(), n, 0, du.data(), width,
                                    m * width, dx.data(), width, n * width, batch, beta});
        }
    }
};

template <class C, class D>
struct kernel<op::restore_tokens, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::restore_tokens& o, saved<T>&, const T& mixed,
                     const T& kept) {
        return chosen(ctx, o, mixed.extents(), mixed.data(), kept.data());
    }
    static void backward(context& ctx, const op::restore_tokens& o, const saved<T>&, const T& dout,
                         gradients<T>& sink) {
        if (sink.wants(0)) sink.add(ctx, 0, chosen(ctx, o, dout.extents(), dout.data(), nullptr));
        if (sink.wants(1)) sink.add(ctx, 1, chosen(ctx, o, dout.extents(), nullptr, dout.data()));
    }

private:
    static T chosen(context& ctx, const op::restore_tokens& o, const shape& extents, const S* mixed,
                    const S* kept) {
        T out(ctx, extents);
        D::of(ctx).elements(
            "restore_tokens", out.elements(),
            cuda::restore_body<S>{mixed, kept, out.data(), extents[1], extents[2], o.gap});
        return out;
    }
};

}  // namespace mgkit
