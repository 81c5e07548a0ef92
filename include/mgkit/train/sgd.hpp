// Stochastic gradient descent with momentum.
#pragma once

#include <cstdint>
#include <vector>

#include "mgkit/nn/module.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/train/optimiser.hpp"

namespace mgkit::train {

/// buffer = momentum * buffer + gradient; value -= rate * buffer, or with Nesterov look-ahead
/// rate * (gradient + momentum * buffer). Weight decay is added to the gradient.
struct sgd {
    double rate = 0.1;
    double momentum = 0.9, weight_decay = 0;
    bool nesterov = false;

    static constexpr const char* name = "sgd";
    std::vector<double> settings() const { return {momentum, weight_decay, nesterov ? 1.0 : 0.0}; }

    /// Momentum buffer of one parameter.
    template <tensor T>
    struct velocity {
        T buffer;

        static constexpr auto fields() {
            return nn::members(nn::field("buffer", &velocity::buffer));
        }
    };
    template <tensor T>
    using state = velocity<T>;

    template <tensor T>
    velocity<T> start(context& ctx, const T& value) const {
        return {backend_traits<T>::full(ctx, shape_of(value), 0)};
    }

    std::vector<double> rates(double learning_rate, std::int64_t) const { return {learning_rate}; }

    template <tensor T>
    void update(context& ctx, T& value, const T& gradient, const T& rates_now,
                velocity<T>& s) const {
        sgd_step(ctx, op::sgd_step{momentum, weight_decay, nesterov}, value, gradient, rates_now,
                 s.buffer);
    }
};

static_assert(optimiser<sgd>);

}  // namespace mgkit::train
