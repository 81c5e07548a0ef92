// SPDX-License-Identifier: MIT
// Attention of the CUDA backend: a block per sample and head where that fits shared memory, else
// batched products.
#pragma once

#include "mgkit/backend/cuda/norm.cuh"
#include "mgkit/backend/cuda/tile_attention.cuh"

namespace MGKIT_NAMESPACE::cuda {

/// Queries, keys and values of all heads where they lie: tokens `*_ld` apart, samples behind one
/// another, head j in channels [j head, (j + 1) head). Scores are scaled by `scale`.
template <class S>
struct attention_operands {
    extent batch, heads, tokens, head;
    values<S> q, k, v;
    extent q_ld, kv_ld;
    S scale;

    bool one() const { return k.at == v.at; }
};
template <class S>
struct attention_gradients {
    places<S> q, k, v;  ///< a null q or k is not wanted; v unused where keys and values are one
};

/// softmax(scale q k^T) v into `out`, rows [heads head] wide, and its gradients. Weights
/// [batch heads, tokens, weight_ld] have the grain of what they weigh.
template <class T>
class attention_core {
public:
    using S = typename T::scalar;

    attention_core(context& ctx, const attention_operands<S>& o)
        : ctx_(ctx), o_(o), width_(o.heads * o.head) {
        plan_ = {o.batch, o.heads, o.tokens, o.head, o.one(), static_cast<float>(o.scale)};
        grain_ = o.k.coarse() ? grain::coarse : grain::fine;
        row_ = grain_ == grain::coarse ? plan_.weight_ld() : o.tokens;
        rows_ = o.tokens * row_;
        tiled_ = o.q.coarse() && o.k.coarse() && o.v.coarse() && whole(o.q.at, o.q_ld) &&
                 whole(o.k.at, o.kv_ld) && whole(o.v.at, o.kv_ld) && fits(plan_) &&
                 static_cast<std::size_t>(plan_.shared_bytes()) <= device().most_shared();
    }
    /// Whether one kernel does it all.
    bool tiled() const { return tiled_; }

    T forward(const places<S>& out) {
        T weights(ctx_, {o_.batch * o_.heads, o_.tokens, row_}, grain_);
        if constexpr (may_be_coarse<S>)
            if (tiled_) {
                device().tiles(
                    "attention", o_.batch * o_.heads, plan_.warps() * 32, shared(),
                    attention_body{plan_, rows(o_.q, o_.q_ld), rows(o_.k, o_.kv_ld),
                                   rows(o_.v, o_.kv_ld), to(out, width_), weights.out().rounded()});
                return weights;
            }
        T scores = products(o_.q, o_.q_ld, o_.k, o_.kv_ld);
        device().blocks(
            "softmax", scores.elements() / o_.tokens, row_threads(o_.tokens),
            softmax_body<S>{scores.in(), weights.out(), o_.tokens, o_.tokens, row_, o_.scale});
        mix(false, weights.in(), o_.v, o_.kv_ld, out, width_);
        return weights;
    }

    /// `dout` as wide as the result.
    void backward(const T& weights, const T& dout, const attention_gradients<S>& to_grads) {
        const auto& g = to_grads;
        if constexpr (may_be_coarse<S>)
            if (tiled_) {
                const T d = as(ctx_, dout, grain::coarse);
                device().tiles(
                    "attention backward", o_.batch * o_.heads, plan_.warps() * 32, shared(),
                    attention_backward_body{plan_, rows(o_.q, o_.q_ld), rows(o_.k, o_.kv_ld),
                                            rows(o_.v, o_.kv_ld), rows(d.in(), width_),
                                            weights.in().rounded(), to(g.q, o_.q_ld),
                                            to(g.k, o_.kv_ld), to(g.v, o_.kv_ld)});
                return;
            }
        T slopes(ctx_, weights.extents(), grain_);
        {
            const T scores = products(dout.in(), width_, o_.v, o_.kv_ld);
            device().blocks("softmax backward", scores.elements() / o_.tokens,
                            row_threads(o_.tokens),
                            softmax_backward_body<S>{weights.in(), scores.in(), slopes.out(),
                                                     o_.tokens, row_, o_.tokens, row_, o_.scale});
        }
        if (g.q) mix(false, slopes.in(), o_.k, o_.kv_ld, g.q, o_.q_ld);
        if (!g.k) return;
        mix(true, slopes.in(), o_.q, o_.q_ld, g.k, o_.kv_ld);
        mix(true, weights.in(), dout.in(), width_, o_.one() ? g.k : g.v, o_.kv_ld,
            o_.one() ? 1 : 0);
    }
    /// The result alone, from its weights.
    void again(const T& weights, const places<S>& out) {
        mix(false, weights.in(), o_.v, o_.kv_ld, out, width_);
    }

private:
    auto& device() { return T::device::of(ctx_); }
    std::size_t shared() const { return static_cast<std::size_t>(plan_.shared_bytes()); }
    static bool whole(const void* at, extent ld) {
        return reinterpret_cast<std::uintptr_t>(at) % 16 == 0 && ld % lanes == 0;
    }
    token_rows rows(const values<S>& from, extent ld) const {
        return {from.rounded(), ld, o_.tokens * ld};
    }
    token_places to(const places<S>& out, extent ld) const {
        return {static_cast<bf16*>(out.at), ld, o_.tokens * ld};
    }

    /// a b^T of each sample and head.
    T products(const values<S>& a, extent a_ld, const values<S>& b, extent b_ld) {
        const extent n = o_.tokens;
        T scores(ctx_, {o_.batch * o_.heads, n, n});
        for (extent j = 0; j < o_.heads; ++j)
            multiply<T>(
                ctx_, {false, true, n, n, o_.head, a + j * o_.head, a_ld, n * a_ld, b + j * o_.head,
                       b_ld, n * b_ld, scores.out() + j * n * n, n, o_.heads * n * n, o_.batch});
        return scores;
    }
    /// out = left right (left^T right) of each sample and head.
    void mix(bool transposed, const values<S>& left, const values<S>& right, extent ld,
             const places<S>& out, extent out_ld, int beta = 0) {
        const extent n = o_.tokens;
        for (extent j = 0; j < o_.heads; ++j)
            multiply<T>(ctx_, {transposed, false, n, o_.head, n, left + j * rows_, row_,
                               o_.heads * rows_, right + j * o_.head, ld, n * ld, out + j * o_.head,
                               out_ld, n * out_ld, o_.batch, beta});
    }

    context& ctx_;
    attention_operands<S> o_;
    attention_plan plan_;
    extent width_, row_ = 0, rows_ = 0;
    grain grain_ = grain::fine;
    bool tiled_ = false;
};

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

/// Queries, keys and values are read where they lie in the packed projections.
template <class C, class D>
struct kernel<op::attention, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::attention& o, saved<T>& kept, const T& qkv) {
        const auto operands = operands_of(o, qkv);
        T out(ctx, {operands.batch, operands.tokens, qkv.extents()[2] / 3}, qkv.kept());
        T weights = cuda::attention_core<T>(ctx, operands).forward(out.out());
        kept.keep(qkv.light());
        kept.keep(weights);
        return out;
    }
    static void backward(context& ctx, const op::attention& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T qkv = kept[0].whole(ctx);
        const extent width = qkv.extents()[2] / 3;
        T dqkv(ctx, qkv.extents(), qkv.kept());
        cuda::attention_core<T>(ctx, operands_of(o, qkv))
            .backward(kept[1], dout, {dqkv.out(), dqkv.out() + width, dqkv.out() + 2 * width});
        sink.add(ctx, 0, std::move(dqkv));
    }

private:
    static cuda::attention_operands<S> operands_of(const op::attention& o, const T& qkv) {
        const extent step = qkv.extents()[2], width = step / 3, head = width / o.heads;
        const auto q = qkv.in();
        return {qkv.extents()[0],
                o.heads,
                qkv.extents()[1],
                head,
                q,
                q + width,
                q + 2 * width,
                step,
                step,
                S(1) / std::sqrt(static_cast<S>(head))};
    }
};

/// One matrix serves as keys and values. The result is made again for the backward pass.
template <class C, class D>
struct kernel<op::attend, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::attend& o, saved<T>& kept, const T& query,
                     const T& memory) {
        T out(ctx, query.extents(), query.kept());
        T weights = cuda::attention_core<T>(ctx, operands_of(o, query, memory)).forward(out.out());
        kept.keep(query.light());
        kept.keep(memory.light());
        kept.keep(weights);
        if (kept.wanted())
            out.made_by([o, memory = memory.light(), weights, grain = out.kept()](context& c) {
                const T rows = memory.whole(c);
                T again(c, rows.extents(), grain);
                cuda::attention_core<T>(c, operands_of(o, rows, rows)).again(weights, again.out());
                return again;
            });
        return out;
    }
    static void backward(context& ctx, const op::attend& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T query = kept[0].whole(ctx), memory = kept[1].whole(ctx);
        T dquery, dmemory;
        if (sink.wants(0)) dquery = T(ctx, query.extents(), query.kept());
        if (sink.wants(1)) dmemory = T(ctx, memory.extents(), memory.kept());
        cuda::attention_core<T>(ctx, operands_of(o, query, memory))
            .backward(kept[2], dout, {dquery.out(), dmemory.out(), {}});
        if (sink.wants(0)) sink.add(ctx, 0, std::move(dquery));
        if (sink.wants(1)) sink.add(ctx, 1, std::move(dmemory));
    }

private:
    static cuda::attention_operands<S> operands_of(const op::attend& o, const T& query,
                                                   const T& memory) {
        const shape& in = query.extents();
        return {in[0],       1,           in[1], in[2], query.in(),
                memory.in(), memory.in(), in[2], in[2], static_cast<S>(o.scale)};
    }
};

}  // namespace MGKIT_NAMESPACE
