// SPDX-License-Identifier: MIT
// What an optimiser is, and the state it keeps for a model.
// infrastructure
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/nn/leaves.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::train {

/// A parameter that an update changes, its gradient, and what the optimiser keeps for it.
template <tensor T>
struct update_item {
    T& value;
    const T& gradient;
    std::span<T> state;  ///< one tensor for each of the optimiser's state_names, at first zero
};

/// Settings of an update rule: a name, a base rate, the other settings as numbers (they identify a
/// run), the names of what it keeps for a parameter, and the update: `rates` gives the numbers of a
/// step (an array, or a vector) that it reads from a tensor (`step` counts from 1), `update(ctx,
/// items, now)` changes all parameters by them; see `adam`. A member `weight_decay` is what groups
/// of parameters scale.
template <class O>
concept optimiser = requires(const O& o, double rate, std::int64_t step) {
    O::name;
    O::state_names.size();
    { o.rate } -> std::convertible_to<double>;
    { o.settings() } -> std::same_as<std::vector<double>>;
    { o.rates(rate, step)[0] } -> std::convertible_to<double>;
    o.rates(rate, step).size();
};

/// Factors on the optimiser's rate and weight decay for one parameter.
struct parameter_factors {
    double rate = 1, weight_decay = 1;
    friend bool operator==(const parameter_factors&, const parameter_factors&) = default;
};

/// Which factors a parameter has, by its name and extents; asked once for each. Those with equal
/// factors form a group. Empty: all have factors of 1.
using parameter_rule = std::function<parameter_factors(const std::string&, const shape&)>;

/// No weight decay on what has fewer than two axes: biases, norms.
inline parameter_factors no_decay_on_vectors(const std::string&, const shape& extents) {
    return {1, extents.rank() < 2 ? 0.0 : 1.0};
}

namespace detail {

/// An update rule behind one type, so that an optimiser is no part of what trains a model.
template <tensor T>
class update_rule {
public:
    virtual ~update_rule() = default;
    virtual std::size_t states() const = 0;
    virtual const char* state_name(std::size_t i) const = 0;
    virtual std::size_t rate_count() const = 0;
    virtual void rates(double rate, std::int64_t step, double* out) const = 0;
    virtual void update(context& ctx, std::span<const update_item<T>> items, const T& now) = 0;
};

template <tensor T, optimiser O>
class update_rule_of final : public update_rule<T> {
public:
    explicit update_rule_of(const O& settings) : settings_(settings) {}
    std::size_t states() const override { return O::state_names.size(); }
    const char* state_name(std::size_t i) const override { return O::state_names[i]; }
    std::size_t rate_count() const override { return settings_.rates(1, 1).size(); }
    void rates(double rate, std::int64_t step, double* out) const override {
        const auto values = settings_.rates(rate, step);
        std::copy(values.begin(), values.end(), out);
    }
    void update(context& ctx, std::span<const update_item<T>> items, const T& now) override {
        settings_.update(ctx, items, now);
    }

private:
    O settings_;
};

template <optimiser O>
O with_decay(O settings, double factor) {
    if constexpr (requires { settings.weight_decay *= factor; })
        settings.weight_decay *= factor;
    else if (factor != 1)
        throw error(O::name, "one factor of 1 on weight decay, which it does not have",
                    text(factor), "take another optimiser, or leave weight decay alone");
    return settings;
}

}  // namespace detail

/// An optimiser at work on one model: state per trainable parameter and the step count. Frozen
/// parameters and members declared `nn::unused` have no state; a parameter that is released later
/// gets one at its first step. The model must stay where it is, and so must the updater.
template <tensor T>
class updater {
public:
    /// Errors: factors below 0, a factor on weight decay where the optimiser has none.
    template <optimiser O>
    updater(context& ctx, const nn::leaf_list<T>& model, const O& settings,
            const parameter_rule& rule = {})
        : rate_(settings.rate) {
        place(ctx, model, rule, [&settings](double decay) -> std::unique_ptr<rule_base> {
            return std::make_unique<detail::update_rule_of<T, O>>(
                detail::with_decay(settings, decay));
        });
    }
    template <nn::has_leaves M, optimiser O>
    updater(context& ctx, M& model, const O& settings, const parameter_rule& rule = {})
        : updater(ctx, nn::leaves(model), settings, rule) {}
    updater(const updater&) = delete;
    updater& operator=(const updater&) = delete;

    std::int64_t steps() const { return steps_; }

    /// The rate of the steps from now on; the settings' base rate before the first call.
    void learning_rate(double value) { rate_ = value; }

    /// One update of every parameter that has a gradient; parameters without one are left alone,
    /// as they are where nothing was computed from them (`nn::require_gradients` refuses that). May
    /// be part of a recorded step (repeated_step): count and rate are then read at each replay,
    /// from here. Errors: a parameter released since, inside a recording.
    void step(context& ctx);
    void step(context& ctx, double rate) {
        learning_rate(rate);
        step(ctx);
    }

    /// The step count and the state of every parameter that has one, under its name: what
    /// checkpoints keep.
    nn::leaf_list<T> leaves();

private:
    using rule_base = detail::update_rule<T>;

    struct group {
        parameter_factors factors;
        std::unique_ptr<rule_base> rule;
        std::vector<double> rates;            ///< of the step at hand
        std::vector<update_item<T>> items{};  ///< the same
    };
    struct entry {
        nn::leaf<T> at;
        group* own;
        std::vector<T> state;
    };

    /// Sorts the parameters into groups; `make` gives the rule of a group from its factor on decay.
    void place(context& ctx, const nn::leaf_list<T>& model, const parameter_rule& factors,
               const std::function<std::unique_ptr<rule_base>(double)>& make);
    static void start(context& ctx, entry& e);

    double rate_ = 0;
    std::vector<std::unique_ptr<group>> groups_;
    std::vector<entry> entries_;
    std::int64_t steps_ = 0;
};

template <tensor T>
MGKIT_COLD void updater<T>::place(context& ctx, const nn::leaf_list<T>& model,
                                  const parameter_rule& factors,
                                  const std::function<std::unique_ptr<rule_base>(double)>& make) {
    for (const nn::leaf<T>& l : nn::parameters(model)) {
        const parameter_factors f =
            factors ? factors(l.name, shape_of(*l.value)) : parameter_factors{};
        if (!(f.rate >= 0) || !(f.weight_decay >= 0))
            throw error("optimiser: " + l.name, "factors of 0 or more",
                        text(f.rate, " on the rate, ", f.weight_decay, " on weight decay"));
        const auto at = std::find_if(groups_.begin(), groups_.end(),
                                     [&](const auto& g) { return g->factors == f; });
        group* own = at == groups_.end() ? nullptr : at->get();
        if (own == nullptr) {
            groups_.push_back(std::make_unique<group>());
            own = groups_.back().get();
            own->factors = f;
            own->rule = make(f.weight_decay);
            own->rates.resize(own->rule->rate_count());
        }
        entries_.push_back({l, own, {}});
        if (l.weights->trainable && !l.unused) start(ctx, entries_.back());
    }
}

template <tensor T>
MGKIT_COLD void updater<T>::start(context& ctx, entry& e) {
    for (std::size_t i = 0; i < e.own->rule->states(); ++i)
        e.state.push_back(backend_traits<T>::full(ctx, shape_of(*e.at.value), 0));
}

template <tensor T>
void updater<T>::step(context& ctx) {
    using scalar = typename backend_traits<T>::scalar;
    every_step<T>(
        ctx, [](updater* self) { ++self->steps_; }, this);
    for (entry& e : entries_) {
        const parameter<T>& p = *e.at.weights;
        if (!p.trainable || !p.slot.filled || !e.state.empty() || e.own->rule->states() == 0)
            continue;
        if (step_is_recorded<T>(ctx))
            throw error("optimiser", "state for every parameter before a step is recorded",
                        "none for " + e.at.name,
                        "make the optimiser after set_trainable, or run a step first");
        start(ctx, e);
    }
    for (const auto& g : groups_) {
        auto& items = g->items;
        items.clear();
        for (entry& e : entries_) {
            parameter<T>& p = *e.at.weights;
            if (e.own == g.get() && p.trainable && p.slot.filled)
                items.push_back({p.value, p.slot.gradient, e.state});
        }
        if (items.empty()) continue;
        const auto count = static_cast<extent>(g->rates.size());
        const auto next = [](std::span<scalar> to, group* now, const updater* self) {
            now->rule->rates(self->rate_ * now->factors.rate, self->steps_, now->rates.data());
            std::transform(now->rates.begin(), now->rates.end(), to.begin(),
                           [](double rate) { return static_cast<scalar>(rate); });
        };
        const T now =
            step_values<T>(ctx, {count}, next, g.get(), static_cast<const updater*>(this));
        g->rule->update(ctx, items, now);
    }
}

template <tensor T>
MGKIT_COLD nn::leaf_list<T> updater<T>::leaves() {
    nn::leaf_list<T> out(1);
    out[0].name = "steps";
    out[0].counter = &steps_;
    for (entry& e : entries_)
        for (std::size_t i = 0; i < e.state.size(); ++i) {
            nn::leaf<T> l;
            l.name = e.at.name + "." + e.own->rule->state_name(i);
            l.value = &e.state[i];
            out.push_back(std::move(l));
        }
    return out;
}

}  // namespace MGKIT_NAMESPACE::train

#if defined(MGKIT_COMPILED)
#include "mgkit/backend/eigen.hpp"
namespace MGKIT_NAMESPACE::train {
extern template class updater<eigen::tensor<float>>;
extern template class updater<eigen::tensor<double>>;
}  // namespace MGKIT_NAMESPACE::train
#endif
