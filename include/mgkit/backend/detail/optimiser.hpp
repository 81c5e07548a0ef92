// SPDX-License-Identifier: MIT
// Optimiser updates of the default tensor: one pass over value, gradient and state.
#pragma once

#include "mgkit/backend/detail/primitives.hpp"

namespace MGKIT_NAMESPACE {

template <class S, class P>
struct kernel<op::adam_step, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static void run(context& ctx, const op::adam_step& o, T& value, const T& gradient,
                    const T& rates, T& m, T& v) {
        const S b1 = static_cast<S>(o.beta1), b2 = static_cast<S>(o.beta2),
                c1 = static_cast<S>(1 - o.beta1), c2 = static_cast<S>(1 - o.beta2),
                epsilon = static_cast<S>(o.epsilon), decay = static_cast<S>(o.weight_decay),
                rate = rates.data()[0], correction = rates.data()[1];
        const S* g = gradient.data();
        S *w = value.data(), *first = m.data(), *second = v.data();
        eigen::detail::for_ranges(ctx, value.elements(), [&](extent begin, extent end) {
            for (extent i = begin; i < end; ++i) {
                const S d = g[i] + decay * w[i];
                first[i] = b1 * first[i] + c1 * d;
                second[i] = b2 * second[i] + c2 * d * d;
                w[i] -= rate * first[i] / (std::sqrt(second[i]) * correction + epsilon);
            }
        });
    }
};

template <class S, class P>
struct kernel<op::sgd_step, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static void run(context& ctx, const op::sgd_step& o, T& value, const T& gradient,
                    const T& rates, T& buffer) {
        const S momentum = static_cast<S>(o.momentum), decay = static_cast<S>(o.weight_decay),
                rate = rates.data()[0], ahead = o.nesterov ? S(1) : S(0);
        const S* g = gradient.data();
        S *w = value.data(), *b = buffer.data();
        eigen::detail::for_ranges(ctx, value.elements(), [&](extent begin, extent end) {
            for (extent i = begin; i < end; ++i) {
                const S d = g[i] + decay * w[i];
                b[i] = momentum * b[i] + d;
                w[i] -= rate * (ahead != S(0) ? d + momentum * b[i] : b[i]);
            }
        });
    }
};

}  // namespace MGKIT_NAMESPACE
