// SPDX-License-Identifier: MIT
// Affine maps, activations and softmax of the CUDA backend.
#pragma once

#include "mgkit/backend/cuda/product.cuh"
#include "mgkit/backend/cuda/reduce.cuh"

namespace MGKIT_NAMESPACE::cuda {

/// Results of maps over sequences of tokens (three axes or more) are activations, coarse where T
/// computes in bf16. Rows (pooled features, projections, logits: two axes) stay fine, since
/// statistics and losses follow.
template <class T>
grain activation_grain(const shape& result) {
    using traits = compute_traits<typename T::compute>;
    constexpr bool rounds = !std::same_as<typename traits::operand, typename traits::scalar>;
    return rounds && result.rank() >= 3 ? grain::coarse : grain::fine;
}

/// out = activation(u + bias of its row), for rows of `width` values; a null bias is in u already.
/// `before` (may be null, may be u) receives u + bias, `positive` (may be null) a bit for each
/// value above 0. What is rounded is rounded before the activation, so that it can be made again.
template <class S>
struct finish_body {
    values<S> u, bias;
    places<S> out, before;
    unsigned char* positive;
    extent count, width, rows;
    activation act;
    MGKIT_DEVICE void operator()(extent chunk) const {
        const extent first = chunk * lanes;
        S v[lanes];
        load(u, first, count, v);
        if (bias) {
            const bool one = width % lanes == 0;
            S same = one ? bias_of(first) : S(0);
            for (int k = 0; k < lanes; ++k)
                if (first + k < count) v[k] += one ? same : bias_of(first + k);
        }
        for (S& x : v) x = out.rounded(x);
        if (before) store(before, first, count, v);
        unsigned bits = 0;
        for (int k = 0; k < lanes; ++k) {
            bits |= (v[k] > S(0) ? 1u : 0u) << k;
            v[k] = activated(act, v[k]);
        }
        if (positive != nullptr) positive[chunk] = static_cast<unsigned char>(bits);
        store(out, first, count, v);
    }

private:
    MGKIT_DEVICE S bias_of(extent i) const {
        split(i, width);
        return bias[split(i, rows)];
    }
};

/// dout where a relu let values through, else 0, whatever dout is there.
template <class S>
struct let_through_body {
    values<S> dout;
    const unsigned char* positive;
    places<S> out;
    extent count;
    MGKIT_DEVICE void operator()(extent chunk) const {
        S v[lanes];
        load(dout, chunk * lanes, count, v);
        const unsigned bits = positive[chunk];
        for (int k = 0; k < lanes; ++k) v[k] = (bits >> k & 1u) != 0 ? v[k] : S(0);
        store(out, chunk * lanes, count, v);
    }
};

/// Softmax of scale * row, rows `in_ld` and `out_ld` apart; out may be x.
template <class S>
struct softmax_body {
    values<S> x;
    places<S> out;
    extent width, in_ld, out_ld;
    S scale;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const values<S> in = x + row * in_ld;
        const places<S> to = out + row * out_ld;
        const int threads = block.threads();
        const S top = block.template reduce<S>(
            [&](int thread) {
                S best = in[thread < width ? thread : 0];
                for (extent i = thread + threads; i < width; i += threads)
                    best = larger{}(best, in[i]);
                return best;
            },
            larger{});
        const S total = block.template reduce<S>(
            [&](int thread) {
                S part = S(0);
                for (extent i = thread; i < width; i += threads)
                    part += std::exp(scale * (in[i] - top));
                return part;
            },
            plus{});
        const S norm = S(1) / total;
        block.each([&](int thread) {
            for (extent i = thread; i < width; i += threads)
                to.set(i, std::exp(scale * (in[i] - top)) * norm);
        });
    }
};
/// dx = scale * y (dout - sum(dout y)); dx may be dout.
template <class S>
struct softmax_backward_body {
    values<S> y, dout;
    places<S> dx;
    extent width, y_ld, dout_ld, dx_ld;
    S scale;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const values<S> value = y + row * y_ld, d = dout + row * dout_ld;
        const places<S> to = dx + row * dx_ld;
        const int threads = block.threads();
        const S dot = block.template reduce<S>(
            [&](int thread) {
                S part = S(0);
                for (extent i = thread; i < width; i += threads) part += d[i] * value[i];
                return part;
            },
            plus{});
        block.each([&](int thread) {
            for (extent i = thread; i < width; i += threads)
                to.set(i, scale * value[i] * (d[i] - dot));
        });
    }
};

/// dout * activation'(u); for relu u may be the result instead.
template <class T>
T undone(context& ctx, activation act, const T& u, const T& dout) {
    return joined_zip(ctx, "activation backward", u, dout, undo_activation{act});
}

/// activation(u + bias of a row) of a product u that nobody else holds, and what its gradient
/// needs: u + bias for gelu, bits for relu. A gelu's value is made again from what it keeps.
template <class T>
T finished(context& ctx, activation act, saved<T>& kept, T u, const T& bias = {}, extent width = 1,
           extent rows = 1) {
    using S = typename T::scalar;
    if (act == activation::none && bias.elements() == 0) return u;
    auto& device = T::device::of(ctx);
    const extent count = u.elements();
    T out = u, bits;
    places<S> before;
    unsigned char* positive = nullptr;
    if (kept.wanted() && act == activation::gelu) {
        out = T(ctx, u.extents(), u.kept());
        before = u.out();
    }
    if (kept.wanted() && act == activation::relu) {
        constexpr extent each = sizeof(S);
        bits = T(ctx, {pieces_of(chunks_of(count), each)});
        positive = reinterpret_cast<unsigned char*>(bits.data());
    }
    const values<S> added = bias.elements() > 0 ? bias.in() : values<S>{};
    device.elements("activation", chunks_of(count),
                    finish_body<S>{u.in(), added, out.out(), added ? before : places<S>{}, positive,
                                   count, width, rows, act});
    if (act == activation::relu) kept.keep(bits);
    if (act == activation::gelu) {
        kept.keep(u);
        if (kept.wanted())
            out.made_by([u](context& c) {
                return map(c, "activation again", u, activate{activation::gelu}, u.kept());
            });
    }
    return out;
}
/// The gradient before the activation, with what `finished` kept as number `i`.
template <class T>
T unfinished(context& ctx, activation act, const saved<T>& all, int i, const T& dout) {
    using S = typename T::scalar;
    if (act == activation::none) return dout;
    const T& kept = all[i];
    if (act == activation::gelu) return undone(ctx, act, kept, dout);
    T du(ctx, dout.extents(), dout.kept());
    T::device::of(ctx).elements(
        "activation backward", chunks_of(du.elements()),
        let_through_body<S>{dout.in(), reinterpret_cast<const unsigned char*>(kept.data()),
                            du.out(), du.elements()});
    return du;
}

/// Storage for the gradient of x, or of its values' grain where it is new.
template <class T>
auto accumulate_like(context& ctx, gradients<T>& sink, int i, const T& x) {
    return sink.accumulate_into(ctx, i, [&] { return T(ctx, x.extents(), x.kept()); });
}

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

template <class C, class D>
struct kernel<op::relu, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::relu&, saved<T>& kept, const T& x) {
        T out = cuda::map(ctx, "relu", x, cuda::activate{activation::relu}, x.kept());
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::relu&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, cuda::undone(ctx, activation::relu, kept[0], dout));
    }
};

template <class C, class D>
struct kernel<op::gelu, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::gelu&, saved<T>& kept, const T& x) {
        kept.keep(x.light());
        return cuda::map(ctx, "gelu", x, cuda::activate{activation::gelu}, x.kept());
    }
    static void backward(context& ctx, const op::gelu&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, cuda::undone(ctx, activation::gelu, kept[0].whole(ctx), dout));
    }
};

/// The product adds the bias, and the gradient of the weight sums that of the bias. Activations are
/// a kernel of their own: cuBLASLt's gelu is the tanh approximation, and its relu turns NaN into 0.
template <class C, class D>
struct kernel<op::linear, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::linear& o, saved<T>& kept, const T& x, const T& weight,
                     const T& bias) {
        const extent to = weight.extents()[0], from = weight.extents()[1];
        const shape extents = op::linear::result(x.extents(), weight.extents());
        T out(ctx, extents, cuda::activation_grain<T>(extents));
        cuda::multiply<T>(ctx, {false, true, x.elements() / from, to, from, x.in(), from, 0,
                                weight.in(), from, 0, out.out(), to, 0, 1, 0, bias.in()});
        kept.keep(kept.wanted(1) ? x.light() : x.outline());
        kept.keep(kept.wanted(0) ? weight.light() : weight.outline());
        return cuda::finished(ctx, o.act, kept, std::move(out));
    }
    static void backward(context& ctx, const op::linear& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &weight = kept[1];
        const extent to = weight.extents()[0], from = weight.extents()[1],
                     rows = x.elements() / from;
        const T du = cuda::unfinished(ctx, o.act, kept, 2, dout);
        bool summed = !sink.wants(2);
        if (sink.wants(1)) {
            const T in = x.whole(ctx);
            T sums = summed ? T{} : T(ctx, {to});
            auto [dw, beta] = sink.accumulate(ctx, 1, weight.extents());
            const bool done = cuda::multiply<T>(ctx, {true,
                                                      false,
                                                      to,
                                                      from,
                                                      rows,
                                                      du.in(),
                                                      to,
                                                      0,
                                                      in.in(),
                                                      from,
                                                      0,
                                                      dw.out(),
                                                      from,
                                                      0,
                                                      1,
                                                      beta,
                                                      {},
                                                      summed ? nullptr : sums.data()});
            if (done) sink.add(ctx, 2, std::move(sums));
            summed = summed || done;
        }
        if (!summed) {
            auto [db, beta] = sink.accumulate(ctx, 2, {to});
            cuda::column_sum<T>(ctx, "linear backward", 1, rows, to,
                                cuda::load_cube<S>{du.in(), rows, to}, db.out(), beta);
        }
        if (sink.wants(0)) {
            const T w = weight.whole(ctx);
            auto [dx, beta] = cuda::accumulate_like(ctx, sink, 0, x);
            cuda::multiply<T>(ctx, {false, false, rows, from, to, du.in(), to, 0, w.in(), from, 0,
                                    dx.out(), from, 0, 1, beta});
        }
    }
};

/// Values fine; the gradient of a coarse operand is coarse.
template <class C, class D>
struct kernel<op::softmax, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::softmax&, saved<T>& kept, const T& x) {
        const extent width = x.extents()[-1];
        T out(ctx, x.extents());
        D::of(ctx).blocks("softmax", x.elements() / width, cuda::row_threads(width),
                          cuda::softmax_body<S>{x.in(), out.out(), width, width, width, S(1)});
        kept.keep(out);
        kept.keep(x.outline());
        return out;
    }
    static void backward(context& ctx, const op::softmax&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const extent width = dout.extents()[-1];
        T dx(ctx, dout.extents(), kept[1].kept());
        D::of(ctx).blocks("softmax backward", dout.elements() / width, cuda::row_threads(width),
                          cuda::softmax_backward_body<S>{kept[0].in(), dout.in(), dx.out(), width,
                                                         width, width, width, S(1)});
        sink.add(ctx, 0, std::move(dx));
    }
};

}  // namespace MGKIT_NAMESPACE
