// SPDX-License-Identifier: MIT
// The record of a forward pass: what it keeps, where gradients go, what it refuses.
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::t64;
using X = variable<t64>;

namespace {

t64 line_of(context& ctx, const std::vector<double>& values) {
    return test::tensor_of<t64>(ctx, values, {static_cast<extent>(values.size())});
}

/// x^3, of which the default tensor has the value but not the gradient; counts its calls.
struct cube {
    int* calls;

    template <operand Y>
    static Y compose(context& ctx, const cube&, const Y& x) {
        return mul(ctx, x, square(ctx, x));
    }
};

/// x + y^2 with a gradient by kernel, that is wrong on purpose.
struct biased {
    template <operand Y>
    static Y compose(context& ctx, const biased&, const Y& x, const Y& y) {
        return add(ctx, x, square(ctx, y));
    }
};

}  // namespace

template <>
struct mgkit::kernel<cube, t64> {
    static t64 forward(context& ctx, const cube& op, saved<t64>&, const t64& x) {
        ++*op.calls;
        return mul(ctx, x, square(ctx, x));
    }
};
template <>
struct mgkit::kernel<biased, t64> {
    static t64 forward(context& ctx, const biased& op, saved<t64>& kept, const t64& x,
                       const t64& y) {
        kept.keep(y);
        return biased::compose(ctx, op, x, y);
    }
    static void backward(context& ctx, const biased&, const saved<t64>& kept, const t64& dout,
                         gradients<t64>& sink) {
        if (sink.wants(0)) sink.pass(ctx, 0, dout);
        if (sink.wants(1)) sink.add(ctx, 1, affine(ctx, mul(ctx, dout, kept[0]), 3));
    }
};

TEST_CASE("a kernel without a gradient takes the composition's", "[tensor][quick]") {
    STATIC_REQUIRE(overrides_forward<cube, t64, 1>);
    STATIC_REQUIRE_FALSE(overrides_backward<cube, t64, 1>);
    context ctx;
    int calls = 0;
    const auto report = testing::gradient_check(
        ctx, [&](context& c, const auto& in) { return apply(c, cube{&calls}, in[0]); },
        std::vector<t64>{line_of(ctx, {1, -2, 0.5})});
    INFO(report.where);
    CHECK(report.worst < 1e-8);
    CHECK(report.checked == 3);
    CHECK(calls > 6);
}

TEST_CASE("the gradient check finds a wrong gradient and says where", "[tensor]") {
    context ctx;
    const auto wrong = testing::gradient_check(
        ctx, [](context& c, const auto& in) { return apply(c, biased{}, in[0], in[1]); },
        std::vector<t64>{line_of(ctx, {1, 2}), line_of(ctx, {3, 4})});
    CHECK(wrong.worst > 0.1);
    CHECK_THAT(wrong.where, Contains("input 1"));
    const auto fixed = testing::gradient_check(
        ctx, [](context& c, const auto& in) { return apply(c, biased{}, in[0], in[1]); },
        std::vector<t64>{line_of(ctx, {1, 2}), line_of(ctx, {3, 4})}, {.constants = 2});
    CHECK(fixed.worst < 1e-8);
}

TEST_CASE("the gradient check finds broken slots and values that change", "[tensor]") {
    context ctx;
    const std::vector<t64> one{line_of(ctx, {1, 2})};
    int call = 0;
    const auto drifting = testing::gradient_check(
        ctx, [&](context& c, const auto& in) { return affine(c, in[0], 1.0 + call++); }, one);
    CHECK(std::isinf(drifting.worst));
    CHECK_THAT(drifting.where, Contains("recording changes the value"));
}

TEST_CASE("the same value used twice gathers both gradients", "[tensor][quick]") {
    context ctx;
    const auto report = testing::gradient_check(
        ctx,
        [](context& c, const auto& in) {
            const auto y = mul(c, in[0], exp(c, in[0]));
            return add(c, add(c, y, in[0]), add(c, in[0], mul(c, y, y)));
        },
        std::vector<t64>{line_of(ctx, {0.3, -1.2, 0.7})});
    INFO(report.where);
    CHECK(report.worst < 1e-8);
}

TEST_CASE("gradients that were passed on are never written to", "[tensor][quick]") {
    // b takes part in a sum along axes of one entry, and in a fused operation that adds in place.
    context ctx;
    const auto report = testing::gradient_check(
        ctx,
        [](context& c, const auto& in) {
            const auto first = linear(c, in[0], in[1], in[2]);
            const auto row = add(c, in[3], in[2]);
            return add(c, mul(c, row, first), row);
        },
        std::vector<t64>{test::tensor_of<t64>(ctx, {1, 2, 3}, {1, 3}),
                         test::tensor_of<t64>(ctx, {.1, .2, .3, .4, .5, .6}, {2, 3}),
                         test::tensor_of<t64>(ctx, {.7, .8}, {2}),
                         test::tensor_of<t64>(ctx, {1, 2}, {1, 2})});
    INFO(report.where);
    CHECK(report.worst < 1e-8);
}

TEST_CASE("a checkpoint gives the gradients of its function", "[tensor][quick]") {
    context ctx;
    const auto body = [](context& c, const auto& a, const auto& b) {
        return mul(c, gelu(c, matmul(c, a, b)), softmax(c, b));
    };
    const std::vector<t64> inputs{test::tensor_of<t64>(ctx, {1, 2, 3, 4}, {2, 2}),
                                  test::tensor_of<t64>(ctx, {.1, .2, .3, .4}, {2, 2})};
    const auto gradients_of = [&](bool keep) {
        gradient_slot<t64> slots[2];
        const recording<t64> record(ctx);
        const X a = watch(inputs[0], slots[0]), b = watch(inputs[1], slots[1]);
        const X h = affine(ctx, a, 2);
        const X y = keep ? body(ctx, h, b) : checkpoint(ctx, body, h, b);
        const X z = mul(ctx, y, b);
        auto out = test::values_of(ctx, z.value);
        backward(ctx, sum(ctx, z));
        for (auto& s : slots)
            for (double v : test::values_of(ctx, s.gradient)) out.push_back(v);
        return out;
    };
    CHECK(test::difference(gradients_of(true), gradients_of(false)) < 1e-15);
    const auto report = testing::gradient_check(
        ctx, [&](context& c, const auto& in) { return checkpoint(c, body, in[0], in[1]); }, inputs);
    INFO(report.where);
    CHECK(report.worst < 1e-8);
}

TEST_CASE("a checkpoint keeps its operands and no more", "[tensor][quick]") {
    context ctx;
    gradient_slot<t64> slot;
    const auto body = [](context& c, const auto& x) { return exp(c, exp(c, exp(c, x))); };
    const recording<t64> record(ctx);
    checkpoint(ctx, body, watch(line_of(ctx, {.1, .2}), slot));
    CHECK(ctx.state.get<tape<t64>>().size() == 1);
}

TEST_CASE("checkpoints of functions that only pass values on", "[tensor][quick]") {
    context ctx;
    const std::vector<t64> inputs{line_of(ctx, {1, 2}), line_of(ctx, {3, 4})};
    // The checkpoint's gradient is dout itself, which `a` shares; x gathers more of it in place.
    const auto with = [&](auto body) {
        const auto report = testing::gradient_check(
            ctx,
            [&](context& c, const auto& in) {
                const auto row = reshape(c, in[0], {1, 2});
                const auto weight = concat(c, 0, row, row);
                const auto first = linear(c, row, weight, in[0]);
                const auto y = add(c, reshape(c, in[1], {1, 2}), checkpoint(c, body, row));
                return add(c, mul(c, y, first), y);
            },
            inputs);
        INFO(report.where);
        CHECK(report.worst < 1e-8);
    };
    with([](context&, const auto& x) { return x; });
    with([](context& c, const auto& x) { return add(c, x, affine(c, x, 2)); });
    with([](context& c, const auto& x) {
        using Y = std::decay_t<decltype(x)>;
        return add(c, x, constant<Y>(c, {1, 2}, 3));
    });
}

TEST_CASE("checkpoints nest, and one that leads nowhere costs nothing", "[tensor][quick]") {
    context ctx;
    const auto inner = [](context& c, const auto& x) { return gelu(c, square(c, x)); };
    const auto outer = [inner](context& c, const auto& x) {
        return add(c, x, checkpoint(c, inner, exp(c, x)));
    };
    const auto report = testing::gradient_check(
        ctx,
        [&](context& c, const auto& in) {
            checkpoint(c, inner, in[0]);
            return checkpoint(c, outer, in[0]);
        },
        std::vector<t64>{line_of(ctx, {.3, -.4, .9})});
    INFO(report.where);
    CHECK(report.worst < 1e-8);
}

TEST_CASE("a constant has no place for a gradient", "[tensor][quick]") {
    context ctx;
    gradient_slot<t64> slot;
    const t64 values = line_of(ctx, {1, 2});
    const recording<t64> record(ctx);
    const X constant{values}, x = watch(values, slot);
    CHECK(add(ctx, constant, constant).slot == nullptr);
    CHECK(ctx.state.get<tape<t64>>().size() == 0);
    backward(ctx, sum(ctx, mul(ctx, constant, x)));
    CHECK(test::values_of(ctx, slot.gradient) == std::vector<double>{1, 2});
}

TEST_CASE("outside of recording nothing is kept", "[tensor][quick]") {
    context ctx;
    gradient_slot<t64> slot;
    const X x = watch(line_of(ctx, {1, 2}), slot);
    CHECK(exp(ctx, x).slot == nullptr);
    {
        const recording<t64> record(ctx);
        exp(ctx, x);
        CHECK(ctx.state.get<tape<t64>>().size() == 1);
    }
    CHECK(ctx.state.get<tape<t64>>().size() == 0);
    CHECK_FALSE(ctx.state.get<tape<t64>>().recording());
}

TEST_CASE("frozen parameters gather nothing", "[tensor][quick]") {
    context ctx;
    parameter<t64> p{line_of(ctx, {1, 2})};
    p.trainable = false;
    gradient_slot<t64> slot;
    const recording<t64> record(ctx);
    backward(ctx, sum(ctx, mul(ctx, use<X>(p), watch(line_of(ctx, {3, 4}), slot))));
    CHECK_FALSE(p.slot.filled);
    CHECK(test::values_of(ctx, slot.gradient) == std::vector<double>{1, 2});
}

TEST_CASE("the gradient of a watched value itself is its weight", "[tensor][quick]") {
    context ctx;
    gradient_slot<t64> slot;
    const X x = watch(line_of(ctx, {1, 2}), slot);
    const t64 weights = line_of(ctx, {5, 6});
    for (const double times : {1.0, 2.0}) {
        const recording<t64> record(ctx);
        backward(ctx, x, &weights);
        CHECK(test::values_of(ctx, slot.gradient) == std::vector<double>{5 * times, 6 * times});
    }
    CHECK(test::values_of(ctx, weights) == std::vector<double>{5, 6});
}

TEST_CASE("backward refuses what has no gradient", "[tensor][quick]") {
    context ctx;
    gradient_slot<t64> slot;
    const t64 values = line_of(ctx, {1, 2}), three = line_of(ctx, {1, 2, 3});
    const X x = watch(values, slot);
    CHECK_THAT(test::refusal([&] { backward(ctx, X{values}); }),
               Contains("backward") && Contains("mgkit::recording"));
    const recording<t64> record(ctx);
    CHECK_THAT(test::refusal([&] { backward(ctx, exp(ctx, x)); }),
               Contains("a scalar") && Contains("[2]"));
    CHECK_THAT(test::refusal([&] { backward(ctx, exp(ctx, x), &three); }),
               Contains("[2]") && Contains("[3]"));
    const X once = sum(ctx, exp(ctx, x));
    backward(ctx, once);
    CHECK_THAT(test::refusal([&] { backward(ctx, once); }), Contains("backward"));
    // The refused call left nothing behind that a later pass could pick up.
    slot.clear();
    backward(ctx, sum(ctx, square(ctx, x)));
    CHECK(test::values_of(ctx, slot.gradient) == std::vector<double>{2, 4});
}

TEST_CASE("an error in the middle of a pass leaves the context usable", "[tensor][quick]") {
    context ctx;
    gradient_slot<t64> slot;
    const X x = watch(line_of(ctx, {1, 2}), slot);
    try {
        const recording<t64> record(ctx);
        const X y = exp(ctx, x);
        add(ctx, y, X{line_of(ctx, {1, 2, 3})});
    } catch (const error&) {
    }
    const auto throws = [](context& c, const auto& v) {
        return add(c, v, std::decay_t<decltype(v)>{backend_traits<t64>::full(c, {3}, 1)});
    };
    const recording<t64> record(ctx);
    CHECK_THAT(test::refusal([&] { checkpoint(ctx, throws, x); }), Contains("add"));
    backward(ctx, sum(ctx, square(ctx, x)));
    CHECK(test::values_of(ctx, slot.gradient) == std::vector<double>{2, 4});
}

TEST_CASE("contexts are independent", "[tensor][quick]") {
    context a, b;
    gradient_slot<t64> slot_a, slot_b;
    const X x = watch(line_of(a, {1, 2}), slot_a), y = watch(line_of(b, {3, 4}), slot_b);
    const recording<t64> record_a(a);
    const X first = sum(a, square(a, x));
    {
        const recording<t64> record_b(b);
        backward(b, sum(b, square(b, y)));
    }
    backward(a, first);
    CHECK(test::values_of(a, slot_a.gradient) == std::vector<double>{2, 4});
    CHECK(test::values_of(b, slot_b.gradient) == std::vector<double>{6, 8});
}
