// SPDX-License-Identifier: MIT
// Operations that end a training step: simple losses and optimiser updates.
#pragma once

#include <concepts>
#include <span>

#include "mgkit/tensor/ops/attention.hpp"
#include "mgkit/tensor/ops/gather.hpp"

namespace MGKIT_NAMESPACE {

/// One tensor of an update of several.
template <class T>
struct adam_operands {
    T* value;
    const T* gradient;
    T *m, *v;
};

namespace op {

/// Mean over rows of -log softmax(logits)[label], with one-hot labels.
struct cross_entropy {
    template <operand X>
    static X compose(context& ctx, const cross_entropy&, const X& logits, const X& one_hot) {
        const X shifted = mgkit::sub(ctx, logits, mgkit::max(ctx, logits, -1, true));
        const X norm = mgkit::log(ctx, mgkit::sum(ctx, mgkit::exp(ctx, shifted), {-1}, true));
        const X likelihood = mgkit::mul(ctx, one_hot, mgkit::sub(ctx, shifted, norm));
        return mgkit::affine(ctx, mgkit::sum(ctx, likelihood),
                             -1.0 / static_cast<double>(shape_of(logits)[0]));
    }
};

/// Adam with L2 decay added to the gradient (coupled). `rates` holds lr / (1 - beta1^t) and
/// 1 / sqrt(1 - beta2^t) of this step: values that change between steps are tensors.
struct adam_step {
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
};

/// SGD with momentum (buffer = momentum * buffer + gradient) and optional Nesterov look-ahead.
/// `rates` holds the learning rate of this step. A buffer of zeros before the first step gives
/// the usual first step (buffer = gradient).
struct sgd_step {
    double momentum = 0.9, weight_decay = 0;
    bool nesterov = false;
};

/// A kernel that updates several tensors at once, with the bits of one by one.
template <class T>
concept updates_together = requires(context& ctx, const adam_step& o,
                                    std::span<const adam_operands<T>> all, const T& rates) {
    kernel<adam_step, T>::run_all(ctx, o, all, rates);
};

template <class Op, class T, class... State>
concept updates_in_place = requires(context& ctx, const Op& o, T& value, const T& gradient,
                                    const T& rates, State&... state) {
    kernel<Op, T>::run(ctx, o, value, gradient, rates, state...);
};

}  // namespace op

/// Softmax cross-entropy, mean over rows: logits [B, K], one_hot [B, K] -> scalar.
template <operand X>
X cross_entropy(context& ctx, const X& logits, const X& one_hot) {
    if (shape_of(logits) != shape_of(one_hot) || shape_of(logits).rank() != 2 ||
        shape_of(logits).elements() == 0)
        throw error("cross_entropy", "logits and one-hot labels of one shape [B, K]",
                    text(shape_of(logits).str(), " and ", shape_of(one_hot).str()));
    return apply(ctx, op::cross_entropy{}, logits, one_hot);
}

/// The same for classes by number: logits [B, K], classes [B].
template <operand X>
X cross_entropy(context& ctx, const X& logits, const index_tensor& classes) {
    const shape in = shape_of(logits);
    if (in.rank() != 2 || in.elements() == 0 || classes.extents() != shape{in[0]})
        throw error("cross_entropy", "logits [B, K] and classes [B]",
                    text(in.str(), " and ", classes.extents().str()));
    const X shifted = mgkit::sub(ctx, logits, mgkit::max(ctx, logits, -1, true));
    const X norm = mgkit::log(ctx, mgkit::sum(ctx, mgkit::exp(ctx, shifted), {-1}));
    const X own =
        mgkit::reshape(ctx, mgkit::gather(ctx, shifted, 1, classes.reshaped({in[0], 1})), {in[0]});
    return mgkit::affine(ctx, mgkit::sum(ctx, mgkit::sub(ctx, own, norm)),
                         -1.0 / static_cast<double>(in[0]));
}

/// Mean of (a - b)^2 over all elements.
template <operand X>
X mse(context& ctx, const X& a, const X& b) {
    return mgkit::mean(ctx, square(ctx, sub(ctx, a, b)));
}

/// One Adam update of `value`, with first and second moments m and v (all written).
/// Source: Kingma & Ba 2015, in the form PyTorch computes it (epsilon outside the corrected root).
template <tensor T>
void adam_step(context& ctx, const op::adam_step& o, T& value, const T& gradient, const T& rates,
               T& m, T& v) {
    if constexpr (op::updates_in_place<op::adam_step, T, T, T>) {
        kernel<op::adam_step, T>::run(ctx, o, value, gradient, rates, m, v);
    } else {
        using traits = backend_traits<T>;
        const T g = add(ctx, gradient, affine(ctx, value, o.weight_decay));
        traits::assign(ctx, m, add(ctx, affine(ctx, m, o.beta1), affine(ctx, g, 1 - o.beta1)));
        traits::assign(ctx, v,
                       add(ctx, affine(ctx, v, o.beta2), affine(ctx, square(ctx, g), 1 - o.beta2)));
        const T zero = traits::full(ctx, shape_of(v), 0);
        const T root = select(ctx, greater(ctx, v, zero), mul(ctx, v, rsqrt(ctx, v)), zero);
        const T below = affine(ctx, mul(ctx, root, slice(ctx, rates, 0, 1, 1)), 1, o.epsilon);
        const T step =
            mul(ctx, mul(ctx, m, slice(ctx, rates, 0, 0, 1)), square(ctx, rsqrt(ctx, below)));
        traits::assign(ctx, value, sub(ctx, value, reshape(ctx, step, shape_of(value))));
    }
}

/// One Adam update of several tensors.
template <tensor T>
void adam_steps(context& ctx, const op::adam_step& o, std::span<const adam_operands<T>> all,
                const T& rates) {
    if constexpr (op::updates_together<T>)
        kernel<op::adam_step, T>::run_all(ctx, o, all, rates);
    else
        for (const adam_operands<T>& t : all)
            adam_step(ctx, o, *t.value, *t.gradient, rates, *t.m, *t.v);
}

/// One SGD update of `value` with its momentum buffer (both written).
template <tensor T>
void sgd_step(context& ctx, const op::sgd_step& o, T& value, const T& gradient, const T& rates,
              T& buffer) {
    if constexpr (op::updates_in_place<op::sgd_step, T, T>) {
        kernel<op::sgd_step, T>::run(ctx, o, value, gradient, rates, buffer);
    } else {
        using traits = backend_traits<T>;
        const T g = add(ctx, gradient, affine(ctx, value, o.weight_decay));
        traits::assign(ctx, buffer, add(ctx, affine(ctx, buffer, o.momentum), g));
        const T direction = o.nesterov ? add(ctx, g, affine(ctx, buffer, o.momentum)) : buffer;
        const T step = mul(ctx, direction, rates);
        traits::assign(ctx, value, sub(ctx, value, reshape(ctx, step, shape_of(value))));
    }
}

}  // namespace MGKIT_NAMESPACE
