// SPDX-License-Identifier: MIT
// A slow copy of a model: the average of its values over the steps of a training.
// infrastructure: takes part in steps, is no optimiser
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "mgkit/core/recipe.hpp"
#include "mgkit/nn/facts.hpp"
#include "mgkit/nn/values.hpp"

namespace MGKIT_NAMESPACE::train {

/// Exponential moving average of parameters and buffers: after each step own values become
/// decay * own + (1 - decay) * the model's; counters are copied. Given to `fit` as a callback; its
/// values go into checkpoints below `name`, so a resumed run has the same average. Two averages of
/// one run have different names. Cost: two passes over the values a step, memory of one model.
/// Errors: a decay outside [0, 1).
template <tensor T>
class moving_average {
public:
    using tensor_type = T;

    /// Starts as a copy of the model, which must stay where it is.
    moving_average(context& ctx, const nn::leaf_list<T>& model, double decay,
                   std::string name = "average")
        : decay_(decay), name_(std::move(name)) {
        if (!(decay >= 0 && decay < 1))
            throw error("moving_average", "a decay from 0 to below 1", text(decay));
        for (const nn::leaf<T>& l : model) {
            if (l.alias) continue;
            nn::leaf<T> own;
            own.name = l.name;
            if (l.counter != nullptr) {
                own.counter = &counters_.emplace_back(*l.counter);
            } else {
                own.value =
                    &values_.emplace_back(backend_traits<T>::full(ctx, shape_of(*l.value), 0));
                backend_traits<T>::assign(ctx, *own.value, *l.value);
            }
            own_.push_back(std::move(own));
            firsts_.push_back(l);
        }
    }
    template <nn::has_leaves M>
    moving_average(context& ctx, M& model, double decay, std::string name = "average")
        : moving_average(ctx, nn::leaves(model), decay, std::move(name)) {}
    moving_average(const moving_average&) = delete;
    moving_average& operator=(const moving_average&) = delete;

    recipe made_of() const { return {{"moving average: " + name_, nn::exact(decay_)}}; }

    void after_step(context& ctx) {
        nn::move_towards(ctx, own_, firsts_, 1 - decay_, nn::follows::everything);
    }

    /// The averages, below `name`.
    nn::leaf_list<T> leaves() {
        nn::leaf_list<T> out = own_;
        for (auto& l : out) l.name = name_ + "." + l.name;
        return out;
    }

    /// Writes the averages into the model they were made of, or into another with its names.
    void copy_to(context& ctx, const nn::leaf_list<T>& to) const {
        nn::leaf_list<T> once;
        for (const auto& l : to)
            if (!l.alias) once.push_back(l);
        nn::copy_values(ctx, once, own_);
    }
    template <nn::has_leaves M>
    void copy_to(context& ctx, M& to) const {
        copy_to(ctx, nn::leaves(to));
    }

private:
    nn::leaf_list<T> firsts_, own_;
    std::deque<T> values_;  // addresses stay
    std::deque<std::int64_t> counters_;
    double decay_;
    std::string name_;
};

}  // namespace MGKIT_NAMESPACE::train
