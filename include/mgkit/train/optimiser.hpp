// What an optimiser is, and the state it keeps for a model.
// infrastructure
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mgkit/nn/module.hpp"

namespace mgkit::train {

/// Settings of an update rule: a name, a base rate, the other settings as numbers (they identify a
/// run), per-parameter state and the update itself (`start`, `rates`, `update`; see `adam`).
template <class O>
concept optimiser = requires(const O& o, double rate, std::int64_t step) {
    O::name;
    { o.rate } -> std::convertible_to<double>;
    { o.settings() } -> std::same_as<std::vector<double>>;
    { o.rates(rate, step) } -> std::same_as<std::vector<double>>;
};

/// An optimiser at work on one model: state per parameter, in visiting order, and the step count.
/// As a module its state goes into checkpoints under the parameters' names.
template <tensor T, optimiser Optimiser>
class updater {
public:
    using state = typename Optimiser::template state<T>;

    template <class M>
    updater(context& ctx, M& model, const Optimiser& settings) : settings_(settings) {
        nn::for_each_parameter(model, [&](const std::string& name, parameter<T>& p) {
            names_.push_back(name);
            states_.push_back(settings_.start(ctx, p.value));
        });
    }

    const Optimiser& settings() const { return settings_; }
    std::int64_t steps() const { return steps_; }

    /// One update of every parameter that has a gradient; parameters without one are left alone,
    /// as they are where nothing was computed from them.
    template <class M>
    void step(context& ctx, M& model, double learning_rate) {
        using scalar = typename backend_traits<T>::scalar;
        ++steps_;
        const std::vector<double> rates = settings_.rates(learning_rate, steps_);
        const std::vector<scalar> values(rates.begin(), rates.end());
        const T now =
            backend_traits<T>::from_host(ctx, values, {static_cast<extent>(values.size())});
        std::size_t i = 0;
        nn::for_each_parameter(model, [&](const std::string&, parameter<T>& p) {
            state& s = states_.at(i++);
            if (p.trainable && p.slot.filled)
                settings_.update(ctx, p.value, p.slot.gradient, now, s);
        });
    }

    static constexpr auto fields() { return nn::members(nn::field("steps", &updater::steps_)); }

    /// Calls `f(name, state leaf)` for the state of every parameter.
    template <class F>
    void for_each_state(F&& f) {
        for (std::size_t i = 0; i < states_.size(); ++i)
            nn::visit(states_[i], f, {names_[i], false});
    }

private:
    Optimiser settings_;
    std::vector<std::string> names_;
    std::vector<state> states_;
    std::int64_t steps_ = 0;
};

}  // namespace mgkit::train
