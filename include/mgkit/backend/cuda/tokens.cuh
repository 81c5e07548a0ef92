// SPDX-License-Identifier: MIT
// Token mixing of the CUDA backend.
#pragma once

#include "mgkit/backend/cuda/norm.cuh"

namespace MGKIT_NAMESPACE::cuda {

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

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

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
        const T du = cuda::unfinished(ctx, o.act, kept, 2, dout);
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

}  // namespace MGKIT_NAMESPACE
