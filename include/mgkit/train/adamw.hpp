// SPDX-License-Identifier: MIT
// Adam with decoupled weight decay.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/tensor/ops/elementwise.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/tensor/ops/structure.hpp"
#include "mgkit/train/adam.hpp"

namespace MGKIT_NAMESPACE::train {

/// AdamW: every parameter is first scaled by 1 - rate * weight_decay, then moved as by Adam without
/// decay. Cost: as Adam's, and two passes more over the parameters where weight decay is not 0.
/// Source: Loshchilov & Hutter 2019, computed as PyTorch does.
struct adamw {
    double rate = 1e-3;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double weight_decay = 1e-2;

    static constexpr const char* name = "adamw";
    std::vector<double> settings() const { return {beta1, beta2, epsilon, weight_decay}; }

    /// First and second moments.
    static constexpr std::array<const char*, 2> state_names{"m", "v"};

    /// Values of this step that the update reads from a tensor: Adam's two, and the factor on
    /// values.
    std::array<double, 3> rates(double learning_rate, std::int64_t step) const {
        const double t = static_cast<double>(step);
        return {learning_rate / (1 - std::pow(beta1, t)), 1 / std::sqrt(1 - std::pow(beta2, t)),
                1 - learning_rate * weight_decay};
    }

    template <tensor T>
    void update(context& ctx, std::span<const update_item<T>> all, const T& rates_now) const {
        const T moments = slice(ctx, rates_now, 0, 0, 2);
        if (weight_decay != 0) {
            const T kept = slice(ctx, rates_now, 0, 2, 1);
            for (const auto& item : all)
                backend_traits<T>::assign(ctx, item.value, mul(ctx, item.value, kept));
        }
        adam_steps<T>(ctx, op::adam_step{beta1, beta2, epsilon, 0},
                      *detail::adam_operands_of(ctx, all), moments);
    }
};

static_assert(optimiser<adamw>);

}  // namespace MGKIT_NAMESPACE::train
