// What an optimiser is, and the state it keeps for a model.
// infrastructure
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "mgkit/nn/module.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace mgkit::train {

/// Settings of an update rule: a name, a base rate, the other settings as numbers (they identify a
/// run), per-parameter state and the update itself (`start`, `rates`, `update`, and `update_all`
/// where one call for all parameters is worth it; see `adam`).
template <class O>
concept optimiser = requires(const O& o, double rate, std::int64_t step) {
    O::name;
    { o.rate } -> std::convertible_to<double>;
    { o.settings() } -> std::same_as<std::vector<double>>;
    { o.rates(rate, step) } -> std::same_as<std::vector<double>>;
};

/// A parameter that an update changes.
template <tensor T, class State>
struct update_item {
    T& value;
    const T& gradient;
    State& state;
};

/// An optimiser at work on one model: state per trainable parameter, in visiting order, and the
/// step count. Frozen parameters and members declared `nn::unused` have no state; a parameter that
/// is released later gets one at its first step. As a module its state goes into checkpoints under
/// the parameters' names.
template <tensor T, optimiser Optimiser>
class updater {
public:
    using state = typename Optimiser::template state<T>;

    template <class M>
    updater(context& ctx, M& model, const Optimiser& settings)
        : settings_(settings), rate_(settings.rate) {
        nn::visit(model, [&]<class Leaf>(const nn::leaf_name& name, Leaf& leaf) {
            if constexpr (std::is_same_v<Leaf, parameter<T>>) {
                if (name.alias) return;
                entries_.push_back({name.text, std::nullopt});
                if (leaf.trainable && !name.unused)
                    entries_.back().own = settings_.start(ctx, leaf.value);
            }
        });
    }

    const Optimiser& settings() const { return settings_; }
    std::int64_t steps() const { return steps_; }

    /// The rate of the steps from now on; the settings' base rate before the first call.
    void learning_rate(double value) { rate_ = value; }

    /// One update of every parameter that has a gradient; parameters without one are left alone,
    /// as they are where nothing was computed from them (`nn::require_gradients` refuses that). May
    /// be part of a recorded step (repeated_step): count and rate are then read at each replay,
    /// from here. Errors: a parameter released since, inside a recording.
    template <class M>
    void step(context& ctx, M& model) {
        using scalar = typename backend_traits<T>::scalar;
        const auto count = static_cast<extent>(settings_.rates(rate_, 1).size());
        const auto next = [](std::span<scalar> to, updater* self) {
            const std::vector<double> rates = self->settings_.rates(self->rate_, ++self->steps_);
            std::transform(rates.begin(), rates.end(), to.begin(),
                           [](double rate) { return static_cast<scalar>(rate); });
        };
        const T now = step_values<T>(ctx, {count}, next, this);
        std::vector<update_item<T, state>> all;
        std::size_t i = 0;
        nn::for_each_parameter(model, [&](const std::string&, parameter<T>& p) {
            entry& e = entries_.at(i++);
            if (!p.trainable || !p.slot.filled) return;
            if (!e.own) {
                if (step_is_recorded<T>(ctx))
                    throw error("optimiser", "state for every parameter before a step is recorded",
                                "none for " + e.name,
                                "make the optimiser after set_trainable, or run a step first");
                e.own = settings_.start(ctx, p.value);
            }
            all.push_back({p.value, p.slot.gradient, *e.own});
        });
        const std::span<const update_item<T, state>> items(all);
        if constexpr (requires { settings_.update_all(ctx, items, now); })
            settings_.update_all(ctx, items, now);
        else
            for (const auto& item : items)
                settings_.update(ctx, item.value, item.gradient, now, item.state);
    }
    template <class M>
    void step(context& ctx, M& model, double rate) {
        learning_rate(rate);
        step(ctx, model);
    }

    static constexpr auto fields() { return nn::members(nn::field("steps", &updater::steps_)); }

    /// Calls `f(name, state leaf)` for the state of every parameter that has one.
    template <class F>
    void for_each_state(F&& f) {
        for (auto& e : entries_)
            if (e.own) nn::visit(*e.own, f, {e.name});
    }

private:
    struct entry {
        std::string name;
        std::optional<state> own;
    };

    Optimiser settings_;
    double rate_ = 0;
    std::vector<entry> entries_;
    std::int64_t steps_ = 0;
};

}  // namespace mgkit::train
