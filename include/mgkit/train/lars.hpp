// SPDX-License-Identifier: MIT
// Stochastic gradient descent whose step is measured by each matrix's own length.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/tensor/ops/elementwise.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/tensor/ops/structure.hpp"
#include "mgkit/train/optimiser.hpp"

namespace MGKIT_NAMESPACE::train {

namespace detail {

/// trust * |value| / |direction|, or 1 where one of the lengths is 0; a scalar.
template <tensor T>
T relative_length(context& ctx, const T& value, const T& direction, double trust) {
    const T zero = backend_traits<T>::full(ctx, shape{}, 0);
    const T from = mgkit::sum(ctx, square(ctx, value)),
            to = mgkit::sum(ctx, square(ctx, direction));
    const T both = mul(ctx, greater(ctx, from, zero), greater(ctx, to, zero));
    const T length = mul(ctx, from, rsqrt(ctx, from));
    return select(ctx, both, affine(ctx, mul(ctx, length, rsqrt(ctx, to)), trust),
                  backend_traits<T>::full(ctx, shape{}, 1));
}

}  // namespace detail

/// LARS: with d = gradient + weight_decay * value and q = trust * |value| / |d| of the parameter as
/// a whole (1 where a length is 0), mu = momentum * mu + q * d; value -= rate * mu. What has fewer
/// than two axes (biases, norms) has neither decay nor q. A length whose square the scalar type
/// rounds to 0 counts as 0. Lengths stay where the tensors are, so that a step can be recorded.
///
/// Barlow Twins and VICReg train with it at a rate of .2 * batch / 256 by
/// step_cosine_schedule{.warm_up = steps of ten epochs, .floor = .001}; Barlow Twins has vectors at
/// a base of .0048, which a parameter_rule says. The default rate is that of a batch of 256.
/// Cost: as sgd's, and five passes more over matrices, seven where weight decay is not 0.
/// Source: You et al., "Large batch training of convolutional networks", 2017, as the codes of
/// Barlow Twins and VICReg compute it. Deviation: scalars count as vectors, there as matrices.
struct lars {
    double rate = 0.2;
    double momentum = 0.9, weight_decay = 1e-6, trust = 1e-3;

    static constexpr const char* name = "lars";
    std::vector<double> settings() const { return {momentum, weight_decay, trust}; }

    /// Momentum.
    static constexpr std::array<const char*, 1> state_names{"mu"};

    std::array<double, 1> rates(double learning_rate, std::int64_t) const {
        return {learning_rate};
    }

    template <tensor T>
    void update(context& ctx, std::span<const update_item<T>> all, const T& rates_now) const {
        const op::sgd_step moved{momentum, 0, false};
        for (const auto& item : all) {
            if (shape_of(item.value).rank() < 2) {
                sgd_step(ctx, moved, item.value, item.gradient, rates_now, item.state[0]);
                continue;
            }
            const T direction = weight_decay != 0
                                    ? add(ctx, item.gradient, affine(ctx, item.value, weight_decay))
                                    : item.gradient;
            const T q = detail::relative_length(ctx, item.value, direction, trust);
            sgd_step(ctx, moved, item.value, mul(ctx, direction, q), rates_now, item.state[0]);
        }
    }
};

static_assert(optimiser<lars>);

}  // namespace MGKIT_NAMESPACE::train
