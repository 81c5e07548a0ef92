// Optimiser updates of the CUDA backend: one pass, rates read on the device.
#pragma once

#include "mgkit/backend/cuda/elementwise.cuh"

namespace mgkit::cuda {

template <class S>
struct adam_body {
    S *value, *m, *v;
    values<S> gradient;
    const S* rates;
    S beta1, beta2, rest1, rest2, epsilon, decay;
    MGKIT_DEVICE void operator()(extent i) const {
        const S d = gradient[i] + decay * value[i];
        const S first = beta1 * m[i] + rest1 * d, second = beta2 * v[i] + rest2 * d * d;
        m[i] = first;
        v[i] = second;
        value[i] -= rates[0] * first / (std::sqrt(second) * rates[1] + epsilon);
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

}  // namespace mgkit::cuda

namespace mgkit {

template <class C, class D>
struct kernel<op::adam_step, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static void run(context& ctx, const op::adam_step& o, T& value, const T& gradient,
                    const T& rates, T& m, T& v) {
        using S = typename T::scalar;
        D::of(ctx).elements(
            "adam_step", value.elements(),
            cuda::adam_body<S>{value.data(), m.data(), v.data(), gradient.in(), rates.data(),
                               static_cast<S>(o.beta1), static_cast<S>(o.beta2),
                               static_cast<S>(1 - o.beta1), static_cast<S>(1 - o.beta2),
                               static_cast<S>(o.epsilon), static_cast<S>(o.weight_decay)});
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

}  // namespace mgkit
