// SPDX-License-Identifier: MIT
// Recorded gradients against differences of values, for any operation, module or loss; needs no
// test framework.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/nn/leaves.hpp"
#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE::testing {

struct gradient_options {
    double step = 1e-6;       ///< of the differences, relative to values above 1
    std::size_t samples = 0;  ///< values tried per tensor, drawn at random; 0 tries all
    unsigned constants = 0;   ///< bit i: input i is held fixed
    std::uint64_t seed = 1;   ///< of the weights and of what is tried
    bool differences = true;  ///< false: only how gradients reach their slots
};

/// The largest disagreement found.
struct gradient_report {
    double worst = 0;         ///< relative to the scale of the tensor; infinite for a broken law
    std::string where;        ///< which tensor, which value, both figures; or the law
    std::size_t checked = 0;  ///< how many values were tried
};

namespace detail {

template <tensor T>
std::vector<double> to_doubles(context& ctx, const T& t) {
    std::vector<typename backend_traits<T>::scalar> values(
        static_cast<std::size_t>(shape_of(t).elements()));
    backend_traits<T>::to_host(ctx, t, values);
    return {values.begin(), values.end()};
}

template <tensor T>
T from_doubles(context& ctx, std::span<const double> values, const shape& extents) {
    const std::vector<typename backend_traits<T>::scalar> own(values.begin(), values.end());
    return backend_traits<T>::from_host(ctx, own, extents);
}

inline double largest(const std::vector<double>& values) {
    double out = 0;
    for (double v : values) out = std::max(out, std::abs(v));
    return out;
}

/// One check: the function with plain and with recorded operands, and the places to vary.
template <tensor T>
class gradient_checker {
public:
    using traits = backend_traits<T>;
    using X = variable<T>;
    using plain_function = std::function<T(context&, const std::vector<T>&)>;
    using recorded_function = std::function<X(context&, const std::vector<X>&)>;

    gradient_checker(context& ctx, plain_function plain, recorded_function recorded,
                     const gradient_options& options)
        : ctx_(ctx), plain_(std::move(plain)), recorded_(std::move(recorded)), options_(options) {}

    void add_input(const T& value) {
        const auto i = inputs_.size();
        parameter<T> own{from_doubles<T>(ctx_, to_doubles(ctx_, value), shape_of(value))};
        own.trainable = i >= 32 || !(options_.constants >> i & 1u);
        inputs_.push_back(std::move(own));
        if (inputs_.back().trainable) places_.push_back({text("input ", i), &inputs_.back()});
    }
    void add_place(const std::string& name, parameter<T>& p) {
        if (p.trainable) places_.push_back({name, &p});
    }

    gradient_report run() {
        const T first = plain_(ctx_, arguments<T>());
        random_stream draws(random_key{options_.seed}, "gradient_check");
        for (extent i = 0; i < shape_of(first).elements(); ++i)
            weights_.push_back((draws.bits() & 1u ? 1 : -1) * draws.uniform(0.5, 1.5));
        if (!laws(shape_of(first), dot(first))) return report_;
        double all = 0;
        for (const auto& g : recorded_gradients_) all = std::max(all, largest(g));
        for (std::size_t p = 0; options_.differences && p < places_.size(); ++p)
            compare(p, all, draws);
        for (place& p : places_) p.at->slot.clear();
        return report_;
    }

private:
    struct place {
        std::string name;
        parameter<T>* at;
    };

    template <operand Y>
    std::vector<Y> arguments() {
        std::vector<Y> out;
        for (parameter<T>& p : inputs_) out.push_back(use<Y>(p));
        return out;
    }

    double dot(const T& result) {
        const std::vector<double> values = to_doubles(ctx_, result);
        double total = 0;
        for (std::size_t i = 0; i < values.size(); ++i) total += weights_[i] * values[i];
        return total;
    }

    /// Freed storage full of NaN: a kernel that reads what nobody wrote gives itself away.
    void poison_storage(const shape& result) {
        extent most = result.elements();
        for (const place& p : places_) most = std::max(most, shape_of(p.at->value).elements());
        std::vector<T> held;
        for (extent n = 16; n <= 2 * most + 16; n += std::max<extent>(1, n / 4))
            for (int copy = 0; copy < 3; ++copy) held.push_back(traits::full(ctx_, {n}, nan()));
    }

    double backward_once(const shape& result) {
        const recording<T> record(ctx_);
        const X out = recorded_(ctx_, arguments<X>());
        const T weights = from_doubles<T>(ctx_, weights_, result);
        if (recorded(out)) backward(ctx_, out, &weights);
        return dot(out.value);
    }

    std::vector<double> gradient_at(const place& p) {
        if (!p.at->slot.filled)
            return std::vector<double>(static_cast<std::size_t>(shape_of(p.at->value).elements()));
        return to_doubles(ctx_, p.at->slot.gradient);
    }

    bool broken(const std::string& law) {
        report_.worst = std::numeric_limits<double>::infinity();
        report_.where = law;
        return false;
    }

    bool close(const std::vector<double>& a, const std::vector<double>& b) {
        constexpr double epsilon = std::numeric_limits<typename traits::scalar>::epsilon();
        const double bound = 100 * epsilon * std::max(1e-30, largest(b));
        for (std::size_t i = 0; i < b.size(); ++i)
            if (a.size() != b.size() || !(std::abs(a[i] - b[i]) <= bound)) return false;
        return true;
    }

    /// How gradients reach their slots: overwritten where unfilled, whatever lies there; added
    /// where filled; never written into a tensor that is in use elsewhere.
    bool laws(const shape& result, double plain_value) {
        poison_storage(result);
        for (place& p : places_) {
            p.at->slot.clear();
            p.at->slot.gradient = traits::full(ctx_, shape_of(p.at->value), nan());
        }
        const double value = backward_once(result);
        if (!close({value, largest(weights_)}, {plain_value, largest(weights_)}))
            return broken(text("recording changes the value: ", value, " not ", plain_value));
        for (place& p : places_) recorded_gradients_.push_back(gradient_at(p));
        backward_once(result);
        std::vector<T> held;
        std::vector<std::vector<double>> held_values;
        for (std::size_t i = 0; i < places_.size(); ++i) {
            std::vector<double> expected = recorded_gradients_[i];
            for (double& g : expected) g *= 2;
            if (!close(gradient_at(places_[i]), expected))
                return broken(places_[i].name + ": two backward passes do not add up");
            const shape extents = shape_of(places_[i].at->value);
            gradient_slot<T>& slot = places_[i].at->slot;
            held.push_back(traits::full(ctx_, extents, 1));
            slot.gradient = held.back();
            slot.filled = slot.shared = true;
        }
        backward_once(result);
        for (std::size_t i = 0; i < places_.size(); ++i) {
            std::vector<double> expected = recorded_gradients_[i];
            for (double& g : expected) g += 1;
            if (!close(gradient_at(places_[i]), expected))
                return broken(places_[i].name + ": a gradient that is shared is not added to");
            for (double v : to_doubles(ctx_, held[i]))
                if (v != 1) return broken(places_[i].name + ": a shared gradient was written to");
            places_[i].at->slot.clear();
        }
        backward_once(result);
        for (std::size_t i = 0; i < places_.size(); ++i)
            if (!close(gradient_at(places_[i]), recorded_gradients_[i]))
                return broken(places_[i].name + ": a cleared slot does not start anew");
        return true;
    }

    void compare(std::size_t which, double all, random_stream& draws) {
        T& value = places_[which].at->value;
        const std::vector<double>& recorded = recorded_gradients_[which];
        std::vector<double> at = to_doubles(ctx_, value);
        const shape extents = shape_of(value);
        const auto plain_value = [&] {
            traits::assign(ctx_, value, from_doubles<T>(ctx_, at, extents));
            return dot(plain_(ctx_, arguments<T>()));
        };
        const bool some = options_.samples > 0 && options_.samples < at.size();
        const double scale = std::max({largest(recorded), 1e-3 * all, 1e-6});
        for (std::size_t n = 0; n < (some ? options_.samples : at.size()); ++n) {
            const std::size_t i = some ? draws.below(static_cast<std::uint32_t>(at.size())) : n;
            const double centre = at[i], h = options_.step * std::max(1.0, std::abs(centre));
            at[i] = centre + h;
            const double above = plain_value();
            at[i] = centre - h;
            const double below = plain_value();
            at[i] = centre;
            const double expected = (above - below) / (2 * h);
            const double apart = std::abs(recorded[i] - expected) / scale;
            ++report_.checked;
            if (!(apart <= report_.worst)) {
                report_.worst = std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart;
                report_.where = text(places_[which].name, " ", extents.str(), ", value ", i,
                                     ": recorded ", recorded[i], ", by differences ", expected);
            }
        }
        traits::assign(ctx_, value, from_doubles<T>(ctx_, at, extents));
    }

    static double nan() { return std::numeric_limits<double>::quiet_NaN(); }

    context& ctx_;
    plain_function plain_;
    recorded_function recorded_;
    gradient_options options_;
    std::list<parameter<T>> inputs_;
    std::vector<place> places_;
    std::vector<double> weights_;
    std::vector<std::vector<double>> recorded_gradients_;
    gradient_report report_;
};

template <tensor T, class F>
gradient_checker<T> make_checker(context& ctx, F& f, const std::vector<T>& inputs,
                                 const gradient_options& options) {
    gradient_checker<T> out(
        ctx, [&f](context& c, const std::vector<T>& in) { return f(c, in); },
        [&f](context& c, const std::vector<variable<T>>& in) { return f(c, in); }, options);
    for (const T& x : inputs) out.add_input(x);
    return out;
}

}  // namespace detail

/// Compares the recorded gradient of sum(w * f(inputs)), for random weights w, with central
/// differences at every input.
///
/// `f(ctx, in)` takes a vector of operands, plain (`T`) and recorded (`variable<T>`); a generic
/// lambda does. Also checked: recording does not change the value; gradients overwrite what lies in
/// an unfilled slot, add up in a filled one and never write into a shared one; storage nobody wrote
/// is never read (freed storage is filled with NaN first). Errors are relative to the largest
/// gradient of the same tensor, at least 1e-3 of the largest of all. Inputs near a kink of f (a
/// ReLU's 0, a tie) have no derivative to compare with. Cost: two forward passes per value.
/// Use double; float needs a step near 1e-2 and a bound near 1e-2.
template <tensor T, class F>
gradient_report gradient_check(context& ctx, F&& f, const std::vector<T>& inputs,
                               const gradient_options& options = {}) {
    return detail::make_checker(ctx, f, inputs, options).run();
}

/// The same for the inputs and all trainable parameters of a module that f uses. Gradients of the
/// module are cleared; its values are as before.
template <nn::has_leaves M, class F, tensor T>
gradient_report gradient_check(context& ctx, M& model, F&& f, const std::vector<T>& inputs,
                               const gradient_options& options = {}) {
    auto checker = detail::make_checker(ctx, f, inputs, options);
    nn::for_each_parameter(
        model, [&](const std::string& name, parameter<T>& p) { checker.add_place(name, p); });
    return checker.run();
}

}  // namespace MGKIT_NAMESPACE::testing
