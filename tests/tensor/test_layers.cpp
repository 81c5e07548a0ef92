// SPDX-License-Identifier: MIT
// Feed-forward layers: activations, affine maps, normalisation.
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::t64;

TEMPLATE_TEST_CASE("a rectifier at its edge and at missing values", "[tensor][quick]", t64,
                   test::t32, test::composed) {
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

TEST_CASE("layer normalisation", "[tensor][quick]") {
    context ctx;
    const t64 x = test::tensor_of<t64>(ctx, {7, 7, 7, 1, 2, 3}, {2, 3});
    const t64 one = backend_traits<t64>::full(ctx, {3}, 1), zero = sub(ctx, one, one);
    const auto y = test::values_of(ctx, layer_norm(ctx, x, one, zero));
    CHECK(y[0] == 0);
    CHECK(y[5] == Catch::Approx(1 / std::sqrt(2.0 / 3 + 1e-5)).epsilon(1e-12));
}

TEST_CASE("batch normalisation by groups of rows", "[tensor][quick]") {
    // A group is standardised by its own rows: the other group's values do not matter.
    context ctx;
    const t64 one = backend_traits<t64>::full(ctx, {1}, 1), zero = sub(ctx, one, one);
    const t64 x = test::tensor_of<t64>(ctx, {1, 3, 1000, -50}, {4, 1});
    const t64 y = batch_norm(ctx, x, one, zero, 2).out;
    const t64 first = batch_norm(ctx, slice(ctx, x, 0, 0, 2), one, zero, 1).out;
    CHECK(test::values_of(ctx, slice(ctx, y, 0, 0, 2)) == test::values_of(ctx, first));
    CHECK(test::values_of(ctx, y)[1] == Catch::Approx(1).epsilon(1e-5));
}

TEST_CASE("statistics of columns", "[tensor][quick]") {
    context ctx;
    const t64 x = test::tensor_of<t64>(ctx, {1, 10, 3, 10, 5, 10}, {3, 2});
    CHECK(test::difference(test::values_of(ctx, moments(ctx, x)), {3, 10, 8.0 / 3, 0}) < 1e-15);
}

TEST_CASE("layers refuse sizes that do not fit, with both in the message", "[tensor][quick]") {
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
