// SPDX-License-Identifier: MIT
// The laws of an operation: how a backend's results are measured against the reference's.
#pragma once

#include <type_traits>

#include "mgkit/testing/conformance/trial.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "mgkit/testing/reference.hpp"

namespace MGKIT_NAMESPACE::testing::detail {

/// An operation on one tensor type; `variant` chooses its settings.
template <tensor T>
struct callable {
    T (*plain)(context&, const std::vector<T>&, int);
    variable<T> (*recorded)(context&, const std::vector<variable<T>>&, int);
};

template <class Operation, tensor T>
callable<T> callable_of() {
    return {[](context& c, const std::vector<T>& in, int v) { return Operation::run(c, in, v); },
            [](context& c, const std::vector<variable<T>>& in, int v) {
                return Operation::run(c, in, v);
            }};
}

/// How operands reach the operation.
enum class arrangement {
    direct,
    aliased,  ///< operands of equal extents are one tensor
    strided,  ///< operands are permuted slices of larger tensors
    shared,   ///< a second use of the same operands in one pass, at `second_use` of the first
};

/// Small, exact in every type, and unlike 1: a gradient that replaces or repeats another shows.
inline constexpr double second_use = 0.5;

/// One run: the plain value, the recorded value, a gradient per operand.
struct outcome {
    shape extents;
    std::vector<double> plain, recorded;
    std::vector<std::vector<double>> gradients;
    bool operands_untouched = true, weights_untouched = true, gradient_extents = true;
};

/// The operand whose tensor operand i uses.
inline std::size_t source_of(const trial& t, std::size_t i, arrangement how) {
    const auto gradient = [&](std::size_t k) { return !(t.constants >> k & 1u); };
    if (how == arrangement::aliased && gradient(i))
        for (std::size_t k = 0; k < i; ++k)
            if (gradient(k) && t.operands[k].extents == t.operands[i].extents) return k;
    return i;
}
inline bool any_aliased(const trial& t) {
    for (std::size_t i = 0; i < t.operands.size(); ++i)
        if (source_of(t, i, arrangement::aliased) != i) return true;
    return false;
}

/// The given values as a slice, axes reversed, of a larger tensor that is NaN elsewhere.
template <tensor T>
T strided_tensor(context& ctx, const std::vector<double>& values, const shape& extents) {
    if (extents.rank() == 0) return from_doubles<T>(ctx, values, extents);
    constexpr extent margin = 2;
    shape larger;
    op::permute reversed;
    for (int i = 0; i < extents.rank(); ++i) {
        larger.push_back(extents[extents.rank() - 1 - i] + (i == 0 ? 2 * margin : 0));
        reversed.order[static_cast<std::size_t>(i)] = extents.rank() - 1 - i;
    }
    std::vector<double> spread(static_cast<std::size_t>(larger.elements()),
                               std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const position at = position_of(static_cast<extent>(i), extents);
        extent flat = 0;
        for (int axis = 0; axis < larger.rank(); ++axis)
            flat = flat * larger[axis] + (axis == 0 ? margin : 0) +
                   at[static_cast<std::size_t>(extents.rank() - 1 - axis)];
        spread[static_cast<std::size_t>(flat)] = values[i];
    }
    const T whole = from_doubles<T>(ctx, spread, larger);
    return apply(ctx, reversed, slice(ctx, whole, 0, margin, extents[-1]));
}

template <tensor T>
outcome run(const callable<T>& f, const trial& t, arrangement how, int threads, double epsilon,
            bool values) {
    context ctx{.threads = threads};
    const auto host = [&](const T& x) {
        return values ? to_doubles(ctx, x) : std::vector<double>();
    };
    const std::size_t count = t.operands.size();
    std::vector<T> inputs;
    std::vector<std::vector<double>> before;
    for (std::size_t i = 0; i < count; ++i) {
        const trial_operand& o = t.operands[i];
        const std::size_t source = source_of(t, i, how);
        before.push_back(source < i ? before[source]
                                    : draw(o, static_cast<std::uint32_t>(i), epsilon));
        if (source < i)
            inputs.push_back(inputs[source]);
        else if (how == arrangement::strided)
            inputs.push_back(strided_tensor<T>(ctx, before.back(), o.extents));
        else
            inputs.push_back(from_doubles<T>(ctx, before.back(), o.extents));
    }
    outcome out;
    {
        const T value = f.plain(ctx, inputs, t.variant);
        out.extents = shape_of(value);
        out.plain = host(value);
    }
    std::vector<gradient_slot<T>> slots(count);
    const std::vector<double> w = draw({out.extents, 0.5, 1.5}, 99, epsilon);
    {
        const recording<T> record(ctx);
        std::vector<variable<T>> watched;
        for (std::size_t i = 0; i < count; ++i)
            watched.push_back(t.constants >> i & 1u
                                  ? variable<T>(inputs[i])
                                  : watch(inputs[i], slots[source_of(t, i, how)]));
        variable<T> result = f.recorded(ctx, watched, t.variant);
        out.recorded = host(result.value);
        if (how == arrangement::shared)
            result = add(ctx, result, affine(ctx, f.recorded(ctx, watched, t.variant), second_use));
        const T weights = from_doubles<T>(ctx, w, out.extents);
        if (mgkit::recorded(result)) backward(ctx, result, &weights);
        out.weights_untouched = !values || same_values(host(weights), w);
    }
    for (std::size_t i = 0; i < count; ++i) {
        const bool filled = slots[i].filled;
        out.gradient_extents = out.gradient_extents &&
                               (!filled || shape_of(slots[i].gradient) == t.operands[i].extents);
        out.gradients.push_back(filled && values ? host(slots[i].gradient)
                                                 : std::vector<double>(before[i].size(), 0.0));
        if (values)
            out.operands_untouched =
                out.operands_untouched && same_values(host(inputs[i]), before[i]);
    }
    return out;
}

/// Gradients by central differences in double; in coarser types only how they reach their slots.
template <tensor T>
gradient_report gradients_by_differences(const callable<T>& f, const trial& t, double epsilon) {
    context ctx;
    gradient_options options{
        .step = t.step, .samples = most_elements(t) > 600 ? 8u : 0u, .constants = t.constants};
    options.differences = epsilon < 1e-12;
    gradient_checker<T> check(
        ctx, [&](context& c, const std::vector<T>& in) { return f.plain(c, in, t.variant); },
        [&](context& c, const std::vector<variable<T>>& in) {
            return f.recorded(c, in, t.variant);
        },
        options);
    for (std::size_t i = 0; i < t.operands.size(); ++i)
        check.add_input(from_doubles<T>(ctx,
                                        draw(t.operands[i], static_cast<std::uint32_t>(i), epsilon),
                                        t.operands[i].extents));
    return check.run();
}

/// What an outcome must share with the reference's.
inline void compare(ledger& laws, const outcome& got, const outcome& want, const trial& t,
                    double epsilon, bool values, const char* law_of_values,
                    const char* law_of_gradients) {
    const std::string where = describe(t);
    laws.require(law_of_values, got.extents == want.extents, where,
                 text("a result of shape ", got.extents.str(), ", not ", want.extents.str()));
    laws.require(law_of_gradients, got.gradient_extents, where,
                 "a gradient whose extents are not its operand's");
    if (!values) return;
    laws.measure(law_of_values, difference(got.plain, want.plain), t.values * epsilon, where);
    laws.measure(law_of_values, difference(got.recorded, want.plain), t.values * epsilon, where);
    for (std::size_t i = 0; i < t.operands.size(); ++i)
        laws.measure(law_of_gradients, difference(got.gradients[i], want.gradients[i], t.least),
                     t.gradients * epsilon, text(where, "gradient of operand ", i));
    laws.require("operands untouched", got.operands_untouched, where, "an operand was written to");
    laws.require("operands untouched", got.weights_untouched, where,
                 "the gradient that came in was written to");
}

template <tensor T>
void check_trial(ledger& laws, const callable<T>& own, const callable<reference>& truth,
                 const trial& t, const conformance_options& options, double epsilon) {
    const extent most = most_elements(t);
    if (most > options.largest) return;
    const auto outcomes = [&](arrangement how, const char* values, const char* gradients) {
        outcome want = run(truth, t, how, 1, epsilon, options.values);
        outcome got = run(own, t, how, 1, epsilon, options.values);
        compare(laws, got, want, t, epsilon, options.values, values, gradients);
        return std::pair{std::move(got), std::move(want)};
    };
    const auto [got, want] = outcomes(arrangement::direct, "values", "gradients");
    if (!options.values) return;
    const std::string where = describe(t);
    const outcome twice = run(own, t, arrangement::shared, 1, epsilon, options.values);
    for (std::size_t i = 0; i < t.operands.size(); ++i) {
        std::vector<double> sum = want.gradients[i];
        for (double& g : sum) g *= 1 + second_use;
        laws.measure("gathering", difference(twice.gradients[i], sum, t.least),
                     t.gradients * epsilon, text(where, "gradient of operand ", i, ", used twice"));
    }
    if (options.deterministic) {
        laws.require("determinism", same_values(got.plain, got.recorded), where,
                     "recording changes the value");
        const outcome other =
            run(own, t, arrangement::direct, options.threads, epsilon, options.values);
        laws.require(
            "determinism",
            same_values(got.plain, other.plain) && same_values(got.recorded, other.recorded), where,
            text("other bits on ", options.threads, " threads"));
        for (std::size_t i = 0; i < t.operands.size(); ++i)
            laws.require("determinism", same_values(got.gradients[i], other.gradients[i]), where,
                         text("gradient of operand ", i, " has other bits on ", options.threads,
                              " threads"));
    }
    if (most > 5000) return;
    if (any_aliased(t)) outcomes(arrangement::aliased, "aliasing", "aliasing");
    outcomes(arrangement::strided, "strides", "strides");
    if (t.differentiable && !got.plain.empty()) {
        const gradient_report report = gradients_by_differences(own, t, epsilon);
        laws.measure("differences", report.worst, 1e-7, where, report.where);
    }
}

template <tensor T>
void check_refusal(ledger& laws, const callable<T>& own, const refusal& r) {
    context ctx;
    std::vector<T> inputs;
    std::vector<variable<T>> watched;
    std::vector<gradient_slot<T>> slots(r.operands.size());
    std::string where;
    for (std::size_t i = 0; i < r.operands.size(); ++i) {
        inputs.push_back(backend_traits<T>::full(ctx, r.operands[i], 1));
        where += r.operands[i].str() + " ";
    }
    const recording<T> record(ctx);
    for (std::size_t i = 0; i < inputs.size(); ++i) watched.push_back(watch(inputs[i], slots[i]));
    const auto refused = [&](auto&& call) {
        try {
            call();
        } catch (const error&) {
            return true;
        } catch (const std::exception&) {
            return false;
        }
        return false;
    };
    laws.require("refusals", refused([&] { own.plain(ctx, inputs, r.variant); }), where,
                 "not refused with mgkit::error");
    laws.require("refusals", refused([&] { own.recorded(ctx, watched, r.variant); }), where,
                 "not refused with mgkit::error where recorded");
}

/// Every law of one operation that computes a result.
template <tensor T>
void check_operation(ledger& laws, const callable<T>& own, const callable<reference>& truth,
                     const std::vector<trial>& trials, const std::vector<refusal>& refusals,
                     const conformance_options& options, double epsilon) {
    const auto guarded = [&](const std::string& where, auto&& check) {
        try {
            check();
        } catch (const std::exception& failure) {
            laws.require("values", false, where, text("threw: ", failure.what()));
        }
    };
    for (const trial& t : trials)
        guarded(describe(t), [&] { check_trial(laws, own, truth, t, options, epsilon); });
    for (const refusal& r : refusals) guarded("refusals", [&] { check_refusal(laws, own, r); });
}

}  // namespace MGKIT_NAMESPACE::testing::detail
