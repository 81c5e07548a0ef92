// SPDX-License-Identifier: MIT
// Sigmoid, masked softmax and dropout of the CUDA backend.
#pragma once

#include "mgkit/backend/cuda/layers.cuh"
#include "mgkit/tensor/ops/masked.hpp"
#include "mgkit/tensor/ops/random.hpp"

namespace MGKIT_NAMESPACE::cuda {

struct sigmoid_of {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S x) const {
        return S(1) / (S(1) + std::exp(-x));
    }
};
struct undo_sigmoid {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S y, S dout) const {
        return dout * y * (S(1) - y);
    }
};

/// Softmax of what the mask leaves of a row; 0 elsewhere, whatever x is there.
template <class S>
struct masked_softmax_body {
    values<S> x, mask;
    places<S> out;
    extent width;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const values<S> in = x + row * width, seen = mask + row * width;
        const places<S> to = out + row * width;
        const int threads = block.threads();
        const auto value = [&](extent i) { return seen[i] != S(0) ? in[i] : S(-1e30); };
        const S top = block.template reduce<S>(
            [&](int thread) {
                S best = value(thread < width ? thread : 0);
                for (extent i = thread + threads; i < width; i += threads)
                    best = larger{}(best, value(i));
                return best;
            },
            larger{});
        const auto weight = [&](extent i) {
            return seen[i] != S(0) ? std::exp(in[i] - top) : S(0);
        };
        const S total = block.template reduce<S>(
            [&](int thread) {
                S part = S(0);
                for (extent i = thread; i < width; i += threads) part += weight(i);
                return part;
            },
            plus{});
        const S factor = total == S(0) ? S(0) : S(1) / total;
        block.each([&](int thread) {
            for (extent i = thread; i < width; i += threads) to.set(i, weight(i) * factor);
        });
    }
};

/// Block number `block` of the draws of a stream (random_stream::state): the rounds of philox4x32,
/// on arrays that a device's compiler takes without further flags.
MGKIT_HOST_DEVICE inline void draw_block(const std::int32_t* state, std::uint32_t block,
                                         std::uint32_t (&to)[4]) {
    std::uint32_t key[2] = {static_cast<std::uint32_t>(state[0]),
                            static_cast<std::uint32_t>(state[1])};
    for (int i = 0; i < 3; ++i) to[i] = static_cast<std::uint32_t>(state[2 + i]);
    to[3] = block;
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * to[0];
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * to[2];
        to[0] = static_cast<std::uint32_t>(p1 >> 32) ^ to[1] ^ key[0];
        to[2] = static_cast<std::uint32_t>(p0 >> 32) ^ to[3] ^ key[1];
        to[1] = static_cast<std::uint32_t>(p1);
        to[3] = static_cast<std::uint32_t>(p0);
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
}

/// Element e of a row draws number e of the row's stream.
template <class S>
struct dropout_body {
    values<S> in;
    places<S> out;
    const std::int32_t* keys;
    extent count, width;
    std::uint32_t below;
    S kept;
    MGKIT_DEVICE void operator()(extent chunk) const {
        const extent first = chunk * lanes;
        S v[lanes];
        load(in, first, count, v);
        extent row = first, at = split(row, width);
        std::uint32_t drawn[4] = {};
        for (int k = 0; k < lanes && first + k < count; ++k) {
            if (k == 0 || at % 4 == 0)
                draw_block(keys + row * static_cast<extent>(random_stream::state_words),
                           static_cast<std::uint32_t>(at / 4), drawn);
            v[k] = (drawn[at % 4] >> 8) < below ? S(0) : kept * v[k];
            if (++at == width) {
                at = 0;
                ++row;
            }
        }
        store(out, first, count, v);
    }
};

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

template <class C, class D>
struct kernel<op::sigmoid, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::sigmoid&, saved<T>& kept, const T& x) {
        T out = cuda::map(ctx, "sigmoid", x, cuda::sigmoid_of{}, x.kept());
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::sigmoid&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0,
                 cuda::zip(ctx, "sigmoid backward", kept[0], dout, cuda::undo_sigmoid{},
                           kept[0].kept()));
    }
};

/// Values fine; the gradient of a coarse operand is coarse.
template <class C, class D>
struct kernel<op::masked_softmax, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::masked_softmax&, saved<T>& kept, const T& x,
                     const T& mask) {
        const extent width = x.extents()[-1];
        T out(ctx, x.extents());
        D::of(ctx).blocks("masked_softmax", x.elements() / width, cuda::row_threads(width),
                          cuda::masked_softmax_body<S>{x.in(), mask.in(), out.out(), width});
        kept.keep(out);
        kept.keep(x.outline());
        return out;
    }
    static void backward(context& ctx, const op::masked_softmax&, const saved<T>& kept,
                         const T& dout, gradients<T>& sink) {
        if (!sink.wants(0)) return;
        const extent width = dout.extents()[-1];
        T dx(ctx, dout.extents(), kept[1].kept());
        D::of(ctx).blocks("masked_softmax backward", dout.elements() / width,
                          cuda::row_threads(width),
                          cuda::softmax_backward_body<S>{kept[0].in(), dout.in(), dx.out(), width,
                                                         width, width, width, S(1)});
        sink.add(ctx, 0, std::move(dx));
    }
};

/// Drawn in the pass that uses it, forward and again backward. As x is kept.
template <class C, class D>
struct kernel<op::dropout, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::dropout& o, saved<T>& kept, const T& x) {
        kept.keep(x.outline());
        return dropped(ctx, o, x, x.kept());
    }
    static void backward(context& ctx, const op::dropout& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, dropped(ctx, o, dout, kept[0].kept()));
    }

private:
    static T dropped(context& ctx, const op::dropout& o, const T& x, cuda::grain kept) {
        const auto keys = cuda::on_device<D>(ctx, o.keys);
        T out(ctx, x.extents(), kept);
        const extent rows = x.extents()[0];
        D::of(ctx).elements(
            "dropout", cuda::chunks_of(x.elements()),
            cuda::dropout_body<S>{x.in(), out.out(), cuda::device_data<D>(keys), x.elements(),
                                  rows == 0 ? 0 : x.elements() / rows, o.dropped_below(),
                                  static_cast<S>(1 / (1 - o.rate))});
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE
