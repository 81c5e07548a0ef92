// Adam with coupled weight decay.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/nn/module.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/train/optimiser.hpp"

namespace mgkit::train {

/// Adam; the defaults are the reference's. Weight decay is L2 added to the gradient of every
/// parameter (biases, norms and positions included).
/// Source: Kingma & Ba 2015, computed as PyTorch does.
struct adam {
    double rate = 5e-4;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double weight_decay = 1e-5;

    static constexpr const char* name = "adam";
    std::vector<double> settings() const { return {beta1, beta2, epsilon, weight_decay}; }

    /// First and second moments of one parameter.
    template <tensor T>
    struct moments {
        T m, v;

        static constexpr auto fields() {
            return nn::members(nn::field("m", &moments::m), nn::field("v", &moments::v));
        }
    };
    template <tensor T>
    using state = moments<T>;

    template <tensor T>
    moments<T> start(context& ctx, const T& value) const {
        const auto zero = [&] { return backend_traits<T>::full(ctx, shape_of(value), 0); };
        return {zero(), zero()};
    }

    /// Values of this step that the update reads from a tensor: `step` counts from 1.
    std::vector<double> rates(double learning_rate, std::int64_t step) const {
        const double t = static_cast<double>(step);
        return {learning_rate / (1 - std::pow(beta1, t)), 1 / std::sqrt(1 - std::pow(beta2, t))};
    }

    template <tensor T>
    void update(context& ctx, T& value, const T& gradient, const T& rates_now,
                moments<T>& s) const {
        adam_step(ctx, op::adam_step{beta1, beta2, epsilon, weight_decay}, value, gradient,
                  rates_now, s.m, s.v);
    }
    /// The same of all parameters: one call where the backend has one.
    template <tensor T>
    void update_all(context& ctx, std::span<const update_item<T, moments<T>>> all,
                    const T& rates_now) const {
        std::vector<adam_operands<T>> operands;
        for (const auto& item : all)
            operands.push_back({&item.value, &item.gradient, &item.state.m, &item.state.v});
        adam_steps<T>(ctx, op::adam_step{beta1, beta2, epsilon, weight_decay}, operands, rates_now);
    }
};

static_assert(optimiser<adam>);

}  // namespace mgkit::train
