// What every operation is put through: the backend's own kernels against the composition, both
// precisions, gradients, threads, operands left alone.
#pragma once

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "mgkit/testing/primitives_only.hpp"

namespace mgkit::test {

using t64 = eigen::tensor<double>;
using t32 = eigen::tensor<float>;
using composed = testing::primitives_only<t64>;

/// An operand: its extents and the range of its values.
struct drawn {
    shape extents;
    double low = -2, high = 2;
};

struct op_case {
    std::vector<drawn> operands;
    unsigned constants = 0;      ///< bit i: operand i has no gradient
    bool differentiable = true;  ///< compare with central differences
    double step = 1e-6;
    double float_values = 2e-6;  ///< bounds of float against double, relative to the largest
    double float_gradients = 2e-5;
};

template <class T>
std::vector<double> values_of(context& ctx, const T& t) {
    return testing::detail::to_doubles(ctx, t);
}

template <class T>
T tensor_of(context& ctx, const std::vector<double>& values, const shape& extents) {
    return testing::detail::from_doubles<T>(ctx, values, extents);
}

/// Values that float holds exactly, keyed by the operand's place.
inline std::vector<double> draw(const drawn& d, std::uint32_t place) {
    random_stream stream(random_key{.seed = 11, .clip = place}, "operand");
    std::vector<double> out(static_cast<std::size_t>(d.extents.elements()));
    for (double& v : out) v = static_cast<float>(stream.uniform(d.low, d.high));
    return out;
}

inline double difference(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return 1e300;
    double most = 0, scale = 1e-6;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isnan(a[i]) && std::isnan(b[i])) continue;
        if (a[i] == b[i]) continue;
        if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return 1e300;
        most = std::max(most, std::abs(a[i] - b[i]));
        scale = std::max(scale, std::abs(b[i]));
    }
    return most / scale;
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

/// One run: the plain value, the recorded value, and a gradient per operand.
struct outcome {
    shape extents;
    std::vector<double> plain, recorded;
    std::vector<std::vector<double>> gradients;
    bool operands_untouched = true;
};

template <class T>
using plain_function = std::function<T(context&, const std::vector<T>&)>;
template <class T>
using recorded_function = std::function<variable<T>(context&, const std::vector<variable<T>>&)>;

template <class T>
outcome run(context& ctx, const plain_function<T>& plain, const recorded_function<T>& recorded,
            const op_case& c) {
    std::vector<T> inputs;
    std::vector<std::vector<double>> before;
    for (std::size_t i = 0; i < c.operands.size(); ++i) {
        before.push_back(draw(c.operands[i], static_cast<std::uint32_t>(i)));
        inputs.push_back(tensor_of<T>(ctx, before.back(), c.operands[i].extents));
    }
    outcome out;
    const T value = plain(ctx, inputs);
    out.extents = shape_of(value);
    out.plain = values_of(ctx, value);
    std::vector<gradient_slot<T>> slots(inputs.size());
    std::vector<variable<T>> watched;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        watched.push_back({inputs[i], c.constants >> i & 1u ? nullptr : &slots[i]});
    const std::vector<double> w = draw({out.extents, 0.5, 1.5}, 99);
    {
        const recording<T> record(ctx);
        const variable<T> result = recorded(ctx, watched);
        out.recorded = values_of(ctx, result.value);
        const T weights = tensor_of<T>(ctx, w, out.extents);
        if (mgkit::recorded(result)) backward(ctx, result, &weights);
        out.operands_untouched = same_bits(values_of(ctx, weights), w);
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        out.gradients.push_back(slots[i].filled ? values_of(ctx, slots[i].gradient)
                                                : std::vector<double>(before[i].size(), 0.0));
        out.operands_untouched =
            out.operands_untouched && same_bits(values_of(ctx, inputs[i]), before[i]);
    }
    return out;
}

/// The type-erased part, compiled once per precision.
template <class T>
testing::gradient_report differences(const plain_function<T>& plain,
                                     const recorded_function<T>& recorded, const op_case& c) {
    context ctx;
    std::size_t most = 0;
    for (const drawn& d : c.operands)
        most = std::max(most, static_cast<std::size_t>(d.extents.elements()));
    testing::gradient_options options{
        .step = c.step, .samples = most > 600 ? 8u : 0u, .constants = c.constants};
    testing::detail::gradient_checker<T> check(ctx, plain, recorded, options);
    for (std::size_t i = 0; i < c.operands.size(); ++i)
        check.add_input(tensor_of<T>(ctx, draw(c.operands[i], static_cast<std::uint32_t>(i)),
                                     c.operands[i].extents));
    return check.run();
}

/// One operation on any kind of tensor.
struct operation {
    plain_function<t64> plain64;
    recorded_function<t64> recorded64;
    plain_function<t32> plain32;
    recorded_function<t32> recorded32;
    plain_function<composed> plain_composed;
    recorded_function<composed> recorded_composed;

    /// `f(ctx, vector of operands)`, generic.
    template <class F>
    explicit operation(F f)
        : plain64([f](context& c, const auto& in) { return f(c, in); }),
          recorded64([f](context& c, const auto& in) { return f(c, in); }),
          plain32([f](context& c, const auto& in) { return f(c, in); }),
          recorded32([f](context& c, const auto& in) { return f(c, in); }),
          plain_composed([f](context& c, const auto& in) { return f(c, in); }),
          recorded_composed([f](context& c, const auto& in) { return f(c, in); }) {}
};

inline void check_case(const operation& f, const op_case& c) {
    std::string label;
    for (const drawn& d : c.operands) label += d.extents.str() + " ";
    INFO("operands " << label);
    context ctx, composed_ctx, one, two, two64;
    two.threads = two64.threads = 2;
    const outcome fast = run<t64>(ctx, f.plain64, f.recorded64, c);
    const outcome fast_threaded = run<t64>(two64, f.plain64, f.recorded64, c);
    const outcome slow = run<composed>(composed_ctx, f.plain_composed, f.recorded_composed, c);
    CHECK(fast.extents == slow.extents);
    CHECK(difference(fast.plain, slow.plain) < 1e-13);
    CHECK(same_bits(fast.plain, fast.recorded));
    CHECK(same_bits(slow.plain, slow.recorded));
    CHECK(fast.operands_untouched);
    CHECK(same_bits(fast.plain, fast_threaded.plain));
    CHECK(slow.operands_untouched);

    const outcome single = run<t32>(one, f.plain32, f.recorded32, c);
    const outcome threaded = run<t32>(two, f.plain32, f.recorded32, c);
    CHECK(difference(single.plain, fast.plain) < c.float_values);
    CHECK(same_bits(single.plain, single.recorded));
    CHECK(same_bits(single.plain, threaded.plain));
    CHECK(single.operands_untouched);
    for (std::size_t i = 0; i < c.operands.size(); ++i) {
        INFO("gradient of operand " << i);
        CHECK(difference(fast.gradients[i], slow.gradients[i]) < 1e-12);
        CHECK(difference(single.gradients[i], fast.gradients[i]) < c.float_gradients);
        CHECK(same_bits(single.gradients[i], threaded.gradients[i]));
        CHECK(same_bits(fast.gradients[i], fast_threaded.gradients[i]));
    }
    if (!c.differentiable || fast.plain.empty()) return;
    const auto by_kernel = differences<t64>(f.plain64, f.recorded64, c);
    INFO("kernel: " << by_kernel.where);
    CHECK(by_kernel.worst < 1e-7);
    const auto by_rule = differences<composed>(f.plain_composed, f.recorded_composed, c);
    INFO("composition: " << by_rule.where);
    CHECK(by_rule.worst < 1e-7);
}

inline void check_operation(const operation& f, const std::vector<op_case>& cases) {
    for (const op_case& c : cases) check_case(f, c);
}

/// Cases of one operand each.
inline std::vector<op_case> over(const std::vector<shape>& shapes, double low = -2,
                                 double high = 2) {
    std::vector<op_case> out;
    for (const shape& s : shapes) out.push_back({{{s, low, high}}});
    return out;
}

/// The error that a call throws; fails where it throws none.
template <class F>
std::string refusal(F&& f) {
    try {
        f();
    } catch (const error& e) {
        return e.what();
    }
    FAIL_CHECK("nothing was refused");
    return {};
}

}  // namespace mgkit::test
