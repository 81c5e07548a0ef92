// SPDX-License-Identifier: MIT
// Stochastic gradient descent with momentum.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/train/optimiser.hpp"

namespace MGKIT_NAMESPACE::train {

/// buffer = momentum * buffer + gradient; value -= rate * buffer, or with Nesterov look-ahead
/// rate * (gradient + momentum * buffer). Weight decay is added to the gradient.
struct sgd {
    double rate = 0.1;
    double momentum = 0.9, weight_decay = 0;
    bool nesterov = false;

    static constexpr const char* name = "sgd";
    std::vector<double> settings() const { return {momentum, weight_decay, nesterov ? 1.0 : 0.0}; }

    /// Momentum.
    static constexpr std::array<const char*, 1> state_names{"buffer"};

    std::array<double, 1> rates(double learning_rate, std::int64_t) const {
        return {learning_rate};
    }

    template <tensor T>
    void update(context& ctx, std::span<const update_item<T>> all, const T& rates_now) const {
        for (const auto& item : all)
            sgd_step(ctx, op::sgd_step{momentum, weight_decay, nesterov}, item.value, item.gradient,
                     rates_now, item.state[0]);
    }
};

static_assert(optimiser<sgd>);

}  // namespace MGKIT_NAMESPACE::train
