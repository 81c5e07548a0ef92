// SPDX-License-Identifier: MIT
// Layers, losses and optimiser steps by LibTorch's own operations.
#pragma once

#include <cmath>
#include <cstdint>

#include "mgkit/backend/torch/primitives.hpp"
#include "mgkit/tensor/ops/masked.hpp"
#include "mgkit/tensor/ops/normalise.hpp"

namespace MGKIT_NAMESPACE {

namespace torch::detail {

/// max(x, 0) with slope 0 at 0 and at NaN, which stays NaN; at::relu passes gradients through NaN.
inline at::Tensor positive_part(const at::Tensor& x) {
    const at::Tensor zero = at::zeros({}, x.options());
    return at::where(at::gt(x, 0), x, at::where(at::lt(x, 0), zero, x.detach()));
}

inline at::Tensor activated(const at::Tensor& x, activation act) {
    return act == activation::relu ? positive_part(x) : act == activation::gelu ? at::gelu(x) : x;
}

}  // namespace torch::detail

template <class S>
struct kernel<op::relu, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::relu&, saved<T>&, const T& x) {
        return torch::detail::positive_part(x);
    }
};
template <class S>
struct kernel<op::gelu, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::gelu&, saved<T>&, const T& x) { return at::gelu(x); }
};
template <class S>
struct kernel<op::linear, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::linear& o, saved<T>&, const T& x, const T& weight,
                     const T& bias) {
        return torch::detail::activated(at::linear(x, weight, bias.value()), o.act);
    }
};
template <class S>
struct kernel<op::layer_norm, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::layer_norm& o, saved<T>&, const T& x, const T& scale,
                     const T& shift) {
        // A single value standardises to 0 exactly; at::layer_norm leaves rounding, times
        // 1/sqrt(eps).
        if (x.value().size(-1) == 1) return at::add(at::mul(at::sub(x, x), scale), shift);
        return at::layer_norm(x, {x.value().size(-1)}, scale.value(), shift.value(), o.epsilon);
    }
};
template <class S>
struct kernel<op::sigmoid, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::sigmoid&, saved<T>&, const T& x) { return at::sigmoid(x); }
};
template <class S>
struct kernel<op::moments, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::moments& o, saved<T>&, const T& x) {
        const at::Tensor groups =
            x.value().reshape({o.groups, x.value().size(0) / o.groups, x.value().size(1)});
        const auto [variance, mean] = at::var_mean(groups, {1}, /*unbiased=*/false);
        return at::stack({mean, variance});
    }
};
/// The moments are made again, so that their gradient is part of LibTorch's.
template <class S>
struct kernel<op::batch_norm, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::batch_norm& o, saved<T>&, const T& x, const T& scale,
                     const T& shift, const T&) {
        const auto normed = [&](const at::Tensor& rows, const at::Tensor& a, const at::Tensor& b) {
            return at::batch_norm(rows, a, b, {}, {}, /*training=*/true, 0, o.epsilon, false);
        };
        if (o.groups == 1) return normed(x, scale, shift);
        const std::int64_t groups = o.groups, rows = x.value().size(0) / groups,
                           width = x.value().size(1);
        const at::Tensor columns = x.value().reshape({groups, rows, width}).transpose(0, 1);
        return normed(columns.reshape({rows, groups * width}), scale.value().repeat({groups}),
                      shift.value().repeat({groups}))
            .reshape({rows, groups, width})
            .transpose(0, 1)
            .reshape({groups * rows, width});
    }
};
template <class S>
struct kernel<op::normalise, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::normalise& o, saved<T>&, const T& x, const T& scale,
                     const T& shift, const T& moments, const T& residual) {
        at::Tensor mean, variance;
        if (o.fixed) {
            mean = moments.value().select(0, 0).reshape(-1);
            variance = moments.value().select(0, 1).reshape(-1);
        }
        at::Tensor out = at::batch_norm(x, scale.value(), shift.value(), mean, variance, !o.fixed,
                                        0, o.epsilon, false);
        if (residual.value().numel() > 0) out = at::add(out, residual);
        return o.relu ? torch::detail::positive_part(out) : out;
    }
};
template <class S>
struct kernel<op::masked_softmax, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::masked_softmax&, saved<T>&, const T& x, const T& mask) {
        const at::Tensor seen = at::ne(mask, 0), zero = at::zeros({}, x.value().options()),
                         far_below = at::full({}, -1e30, x.value().options());
        return at::where(seen, at::softmax(at::where(seen, x, far_below), -1), zero);
    }
};
template <class S>
struct kernel<op::softmax, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::softmax&, saved<T>&, const T& x) {
        return at::softmax(x, -1);
    }
};
template <class S>
struct kernel<op::attention, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::attention& o, saved<T>&, const T& qkv) {
        const at::Tensor& in = qkv.value();
        const std::int64_t batch = in.size(0), tokens = in.size(1), width = in.size(2) / 3;
        const std::int64_t heads = o.heads, each = width / heads;
        const at::Tensor split =
            in.reshape({batch, tokens, 3, heads, each}).permute({2, 0, 3, 1, 4});
        const at::Tensor scores = at::matmul(split.select(0, 0) / std::sqrt(double(each)),
                                             split.select(0, 1).transpose(-2, -1));
        return at::matmul(at::softmax(scores, -1), split.select(0, 2))
            .transpose(1, 2)
            .reshape({batch, tokens, width});
    }
};
template <class S>
struct kernel<op::attend, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::attend& o, saved<T>&, const T& query, const T& memory) {
        const at::Tensor scores = at::matmul(query.value() * o.scale, memory.value().mT());
        return at::matmul(at::softmax(scores, -1), memory.value());
    }
};
template <class S>
struct kernel<op::token_mix, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::token_mix& o, saved<T>&, const T& x, const T& weight,
                     const T& bias) {
        return torch::detail::activated(at::add(at::matmul(weight, x), bias.value().unsqueeze(-1)),
                                        o.act);
    }
};
template <class S>
struct kernel<op::restore_tokens, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::restore_tokens& o, saved<T>&, const T& mixed,
                     const T& kept) {
        const std::int64_t tokens = mixed.value().size(1);
        const at::Tensor places =
            at::arange(tokens, at::TensorOptions().device(mixed.value().device()).dtype(at::kLong));
        const at::Tensor mask = at::eq(at::remainder(places, o.gap), 0).unsqueeze(-1);
        return at::where(mask, kept, mixed);
    }
};
template <class S>
struct kernel<op::cross_entropy, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::cross_entropy&, saved<T>&, const T& logits,
                     const T& one_hot) {
        return at::neg(at::mean(at::sum(at::mul(one_hot, at::log_softmax(logits, -1)), {-1})));
    }
};

/// In place, as mgkit::adam_step; the rates stay on the device.
template <class S>
struct kernel<op::adam_step, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static void run(context&, const op::adam_step& o, T& value, const T& gradient, const T& rates,
                    T& m, T& v) {
        const at::NoGradGuard not_recorded;
        at::Tensor x = value.value(), first = m.value(), second = v.value();
        const at::Tensor g =
            o.weight_decay == 0 ? gradient.value() : at::add(gradient, x, o.weight_decay);
        first.mul_(o.beta1).add_(g, 1 - o.beta1);
        second.mul_(o.beta2).addcmul_(g, g, 1 - o.beta2);
        const at::Tensor below = at::sqrt(second).mul_(rates.value().select(0, 1)).add_(o.epsilon);
        x.sub_(at::div(first, below).mul_(rates.value().select(0, 0)));
    }
};
template <class S>
struct kernel<op::sgd_step, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static void run(context&, const op::sgd_step& o, T& value, const T& gradient, const T& rates,
                    T& buffer) {
        const at::NoGradGuard not_recorded;
        at::Tensor x = value.value(), velocity = buffer.value();
        const at::Tensor g =
            o.weight_decay == 0 ? gradient.value() : at::add(gradient, x, o.weight_decay);
        velocity.mul_(o.momentum).add_(g);
        const at::Tensor direction = o.nesterov ? at::add(g, velocity, o.momentum) : velocity;
        x.sub_(at::mul(direction, rates.value().select(0, 0)));
    }
};

}  // namespace MGKIT_NAMESPACE
