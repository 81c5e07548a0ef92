// SPDX-License-Identifier: MIT
// Adam with coupled weight decay.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mgkit/core/recycled.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/train/optimiser.hpp"

namespace MGKIT_NAMESPACE::train {

namespace detail {

/// Value, gradient and moments of all parameters.
template <tensor T>
std::shared_ptr<std::vector<adam_operands<T>>> adam_operands_of(
    context& ctx, std::span<const update_item<T>> all) {
    auto out = recycled<std::vector<adam_operands<T>>>(ctx);
    out->clear();
    for (const auto& item : all)
        out->push_back({&item.value, &item.gradient, &item.state[0], &item.state[1]});
    return out;
}

}  // namespace detail

/// Adam; the defaults are the reference's. Weight decay is L2 added to the gradient of every
/// parameter (biases, norms and positions included).
/// Source: Kingma & Ba 2015, computed as PyTorch does.
struct adam {
    double rate = 5e-4;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double weight_decay = 1e-5;

    static constexpr const char* name = "adam";
    std::vector<double> settings() const { return {beta1, beta2, epsilon, weight_decay}; }

    /// First and second moments.
    static constexpr std::array<const char*, 2> state_names{"m", "v"};

    /// Values of this step that the update reads from a tensor: `step` counts from 1.
    std::array<double, 2> rates(double learning_rate, std::int64_t step) const {
        const double t = static_cast<double>(step);
        return {learning_rate / (1 - std::pow(beta1, t)), 1 / std::sqrt(1 - std::pow(beta2, t))};
    }

    /// All parameters: in one call where the backend has one.
    template <tensor T>
    void update(context& ctx, std::span<const update_item<T>> all, const T& rates_now) const {
        adam_steps<T>(ctx, op::adam_step{beta1, beta2, epsilon, weight_decay},
                      *detail::adam_operands_of(ctx, all), rates_now);
    }
};

static_assert(optimiser<adam>);

}  // namespace MGKIT_NAMESPACE::train
