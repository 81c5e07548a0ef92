// Feed-forward layers: activations, affine maps, normalisation.
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::check_operation;
using test::op_case;
using test::operation;
using test::over;
using test::t64;

TEST_CASE("activations", "[tensor]") {
    const std::vector<shape> shapes{{}, {1}, {0}, {7}, {5, 1, 17}, {3, 111, 127}};
    check_operation(operation([](context& c, const auto& in) { return relu(c, in[0]); }),
                    over(shapes));
    check_operation(operation([](context& c, const auto& in) { return gelu(c, in[0]); }),
                    over(shapes, -2, 6));
}

TEMPLATE_TEST_CASE("a rectifier at its edge and at missing values", "[tensor]", t64, test::t32,
                   test::composed) {
    using T = TestType;
    context ctx;
    gradient_slot<T> slot;
    const double inf = INFINITY;
    const T x = test::tensor_of<T>(ctx, {0, -0.0, -1, 2, NAN, inf, -inf}, {7});
    const recording<T> record(ctx);
    const auto y = relu(ctx, watch(x, slot));
    const auto values = test::values_of(ctx, y.value);
    CHECK(test::difference(values, {0, 0, 0, 2, NAN, inf, 0}) == 0);
    CHECK(std::isnan(values[4]));
    backward(ctx, sum(ctx, y));
    CHECK(test::values_of(ctx, slot.gradient) == std::vector<double>{0, 0, 0, 1, 0, 1, 0});
}

TEST_CASE("affine maps over the last axis", "[tensor]") {
    std::vector<op_case> cases;
    const auto with = [&](const shape& x, extent out) {
        op_case c{{{x}, {{out, x[-1]}}, {{out}}}};
        c.float_values = 5e-6;
        cases.push_back(c);
    };
    with({1}, 1);
    with({5}, 3);
    with({4, 7}, 3);
    with({2, 3, 17}, 33);
    with({0, 4}, 3);
    with({3, 0, 4}, 2);
    with({3, 4}, 0);
    with({70, 65}, 129);
    with({40, 9, 130}, 70);
    for (const activation act : {activation::none, activation::relu, activation::gelu})
        check_operation(operation([act](context& c, const auto& in) {
                            return linear(c, in[0], in[1], in[2], act);
                        }),
                        cases);
}

TEST_CASE("affine maps gather gradients only where they are wanted", "[tensor]") {
    for (const unsigned constants : {1u, 2u, 4u, 3u, 5u, 6u})
        for (const activation act : {activation::none, activation::gelu}) {
            op_case c{{{{6, 5}}, {{4, 5}}, {{4}}}};
            c.constants = constants;
            check_operation(operation([act](context& ctx, const auto& in) {
                                return linear(ctx, in[0], in[1], in[2], act);
                            }),
                            {c});
        }
}

TEST_CASE("layer normalisation", "[tensor]") {
    std::vector<op_case> cases;
    for (const shape& x : {shape{1}, shape{5}, shape{3, 1}, shape{3, 2}, shape{4, 17}, shape{0, 5},
                           shape{2, 3, 33}, shape{200, 130}}) {
        op_case c{{{x}, {{x[-1]}}, {{x[-1]}}}};
        c.float_values = 2e-5;
        c.float_gradients = x[-1] == 1 ? 1 : 2e-4;  // exactly zero for one value: rounding only
        cases.push_back(c);
    }
    check_operation(operation([](context& c, const auto& in) {
                        return layer_norm(c, in[0], in[1], in[2], 1e-2);
                    }),
                    cases);
    context ctx;
    const t64 x = test::tensor_of<t64>(ctx, {7, 7, 7, 1, 2, 3}, {2, 3});
    const t64 one = backend_traits<t64>::full(ctx, {3}, 1), zero = sub(ctx, one, one);
    const auto y = test::values_of(ctx, layer_norm(ctx, x, one, zero));
    CHECK(y[0] == 0);
    CHECK(y[5] == Catch::Approx(1 / std::sqrt(2.0 / 3 + 1e-5)).epsilon(1e-12));
}

TEST_CASE("batch normalisation by groups of rows", "[tensor]") {
    for (const int groups : {1, 2, 3}) {
        std::vector<op_case> cases;
        for (const shape& x : {shape{6, 1}, shape{6, 7}, shape{36, 33}, shape{240, 90}}) {
            op_case c{{{x}, {{x[-1]}}, {{x[-1]}}}};
            c.float_values = 2e-5;
            c.float_gradients = 2e-4;
            c.step = 1e-5;
            cases.push_back(c);
        }
        check_operation(operation([groups](context& c, const auto& in) {
                            return batch_norm(c, in[0], in[1], in[2], groups, 1e-2);
                        }),
                        cases);
    }
    // A group is standardised by its own rows: the other group's values do not matter.
    context ctx;
    const t64 one = backend_traits<t64>::full(ctx, {1}, 1), zero = sub(ctx, one, one);
    const t64 x = test::tensor_of<t64>(ctx, {1, 3, 1000, -50}, {4, 1});
    const t64 y = batch_norm(ctx, x, one, zero, 2);
    const t64 first = batch_norm(ctx, slice(ctx, x, 0, 0, 2), one, zero, 1);
    CHECK(test::values_of(ctx, slice(ctx, y, 0, 0, 2)) == test::values_of(ctx, first));
    CHECK(test::values_of(ctx, y)[1] == Catch::Approx(1).epsilon(1e-5));
}

TEST_CASE("statistics of columns", "[tensor]") {
    context ctx;
    const t64 x = test::tensor_of<t64>(ctx, {1, 10, 3, 10, 5, 10}, {3, 2});
    CHECK(test::difference(test::values_of(ctx, column_statistics(ctx, x)), {3, 10, 8.0 / 3, 0}) <
          1e-15);
}

TEST_CASE("layers refuse sizes that do not fit, with both in the message", "[tensor]") {
    context ctx;
    const auto make = [&](const shape& s) { return backend_traits<t64>::full(ctx, s, 1); };
    CHECK_THAT(
        test::refusal([&] {
            linear(ctx, make({2, 3}), make({4, 5}), make({4}));
        }),
        Contains("linear") && Contains("[2, 3]") && Contains("[4, 5]") && Contains("joints"));
    CHECK_THAT(test::refusal([&] {
                   linear(ctx, make({2, 5}), make({4, 5}), make({5}));
               }),
               Contains("bias [5]"));
    CHECK_THAT(test::refusal([&] {
                   linear(ctx, make({}), make({4, 5}), make({4}));
               }),
               Contains("x []"));
    CHECK_THAT(test::refusal([&] {
                   linear(ctx, make({3, 0}), make({4, 0}), make({4}));
               }),
               Contains("[3, 0]"));
    CHECK_THAT(test::refusal([&] {
                   layer_norm(ctx, make({2, 3}), make({4}), make({4}));
               }),
               Contains("layer_norm") && Contains("[3]") && Contains("[4]"));
    CHECK_THAT(test::refusal([&] {
                   layer_norm(ctx, make({2, 0}), make({0}), make({0}));
               }),
               Contains("layer_norm"));
    CHECK_THAT(test::refusal([&] { layer_norm(ctx, make({}), make({1}), make({1})); }),
               Contains("layer_norm"));
    CHECK_THAT(test::refusal([&] {
                   batch_norm(ctx, make({5, 3}), make({3}), make({3}), 2);
               }),
               Contains("2 equal groups"));
    CHECK_THAT(test::refusal([&] {
                   batch_norm(ctx, make({2, 3}), make({3}), make({3}), 2);
               }),
               Contains("two rows per view"));
    CHECK_THAT(test::refusal([&] {
                   batch_norm(ctx, make({0, 3}), make({3}), make({3}));
               }),
               Contains("batch_norm"));
    CHECK_THAT(test::refusal([&] {
                   batch_norm(ctx, make({4, 3}), make({4}), make({4}));
               }),
               Contains("batch_norm") && Contains("[4]"));
}
