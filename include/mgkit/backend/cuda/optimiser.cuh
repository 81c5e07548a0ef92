// SPDX-License-Identifier: MIT
// Optimiser updates of the CUDA backend: one pass, rates read on the device.
#pragma once

#include <algorithm>
#include <span>

#include "mgkit/backend/cuda/elementwise.cuh"

namespace MGKIT_NAMESPACE::cuda {

/// Adam on several tensors at once, a chunk each. Where they lie is part of the launch itself, so
/// that a recorded step needs no table in device memory.
template <class S>
struct adam_body {
    static constexpr int most = 64;  ///< tensors of a launch, within its 4 KiB of arguments
    struct item {
        S *value, *m, *v;
        values<S> gradient;
        extent count, before;  ///< values; chunks of the tensors before it
    };
    item items[most];
    int tensors;
    const S* rates;
    S beta1, beta2, rest1, rest2, epsilon, decay;

    MGKIT_DEVICE void operator()(extent chunk) const {
        int low = 0, high = tensors;  // the last tensor that begins at this chunk or earlier
        while (high - low > 1) {
            const int middle = (low + high) / 2;
            (items[middle].before <= chunk ? low : high) = middle;
        }
        const item& t = items[low];
        const extent first = (chunk - t.before) * lanes;
        const places<S> value{t.value, grain::fine}, m{t.m, grain::fine}, v{t.v, grain::fine};
        S x[lanes], d[lanes], a[lanes], b[lanes];
        load<S>(value, first, t.count, x);
        load(t.gradient, first, t.count, d);
        load<S>(m, first, t.count, a);
        load<S>(v, first, t.count, b);
        for (int k = 0; k < lanes; ++k) {
            d[k] += decay * x[k];
            a[k] = beta1 * a[k] + rest1 * d[k];
            b[k] = beta2 * b[k] + rest2 * d[k] * d[k];
            x[k] -= rates[0] * a[k] / (std::sqrt(b[k]) * rates[1] + epsilon);
        }
        store(m, first, t.count, a);
        store(v, first, t.count, b);
        store(value, first, t.count, x);
    }
};
template <class S>
struct sgd_body {
    S *value, *buffer;
    values<S> gradient;
    const S* rates;
    S momentum, decay;
    bool nesterov;
    MGKIT_DEVICE void operator()(extent i) const {
        const S d = gradient[i] + decay * value[i];
        const S now = momentum * buffer[i] + d;
        buffer[i] = now;
        value[i] -= rates[0] * (nesterov ? d + momentum * now : now);
    }
};

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

template <class C, class D>
struct kernel<op::adam_step, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static void run(context& ctx, const op::adam_step& o, T& value, const T& gradient,
                    const T& rates, T& m, T& v) {
        const adam_operands<T> one{&value, &gradient, &m, &v};
        run_all(ctx, o, std::span(&one, 1), rates);
    }
    /// A launch for every adam_body::most tensors.
    static void run_all(context& ctx, const op::adam_step& o, std::span<const adam_operands<T>> all,
                        const T& rates) {
        using body = cuda::adam_body<S>;
        while (!all.empty()) {
            const auto now = all.first(std::min<std::size_t>(all.size(), body::most));
            all = all.subspan(now.size());
            body b{};
            extent chunks = 0;
            for (const adam_operands<T>& t : now) {
                b.items[b.tensors++] = {t.value->data(),  t.m->data(),         t.v->data(),
                                        t.gradient->in(), t.value->elements(), chunks};
                chunks += cuda::chunks_of(t.value->elements());
            }
            b.rates = rates.data();
            b.beta1 = static_cast<S>(o.beta1);
            b.beta2 = static_cast<S>(o.beta2);
            b.rest1 = static_cast<S>(1 - o.beta1);
            b.rest2 = static_cast<S>(1 - o.beta2);
            b.epsilon = static_cast<S>(o.epsilon);
            b.decay = static_cast<S>(o.weight_decay);
            D::of(ctx).elements("adam_step", chunks, b);
        }
    }
};

template <class C, class D>
struct kernel<op::sgd_step, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static void run(context& ctx, const op::sgd_step& o, T& value, const T& gradient,
                    const T& rates, T& buffer) {
        using S = typename T::scalar;
        D::of(ctx).elements("sgd_step", value.elements(),
                            cuda::sgd_body<S>{value.data(), buffer.data(), gradient.in(),
                                              rates.data(), static_cast<S>(o.momentum),
                                              static_cast<S>(o.weight_decay), o.nesterov});
    }
};

}  // namespace MGKIT_NAMESPACE
