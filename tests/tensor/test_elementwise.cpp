// SPDX-License-Identifier: MIT
// Elementwise operations: values by hand and refusals.
#include "tensor/op_check.hpp"

using namespace mgkit;
TEST_CASE("comparisons broadcast and have no gradient", "[tensor][quick]") {
    context ctx;
    const auto a = test::tensor_of<test::t64>(ctx, {1, 2, 3, NAN}, {4});
    const auto b = test::tensor_of<test::t64>(ctx, {2, 2, 2, 2}, {4});
    CHECK(test::values_of(ctx, greater(ctx, a, b)) == std::vector<double>{0, 0, 1, 0});
}

TEST_CASE("select takes what the mask says and leaves the rest out of it", "[tensor][quick]") {
    context ctx;
    using T = test::t64;
    gradient_slot<T> slots[2];
    const T mask = test::tensor_of<T>(ctx, {1, 0, -3, 0}, {4});
    const recording<T> record(ctx);
    const auto out = select(ctx, variable<T>{mask},
                            watch(test::tensor_of<T>(ctx, {1, NAN, 3, NAN}, {4}), slots[0]),
                            watch(test::tensor_of<T>(ctx, {NAN, 20, NAN, 40}, {4}), slots[1]));
    CHECK(test::values_of(ctx, out.value) == std::vector<double>{1, 20, 3, 40});
    backward(ctx, sum(ctx, out));
    CHECK(test::values_of(ctx, slots[0].gradient) == std::vector<double>{1, 0, 1, 0});
    CHECK(test::values_of(ctx, slots[1].gradient) == std::vector<double>{0, 1, 0, 1});
}

TEST_CASE("elementwise operations refuse shapes that do not fit", "[tensor][quick]") {
    context ctx;
    using T = test::t64;
    const auto make = [&](const shape& s) { return backend_traits<T>::full(ctx, s, 1); };
    const T a = make({2, 3}), b = make({2, 4}), c = make({3, 3}), one = make({3});
    using Catch::Matchers::Contains;
    CHECK_THAT(test::refusal([&] { add(ctx, a, b); }),
               Contains("add") && Contains("[2, 3]") && Contains("[2, 4]") && Contains("repeats"));
    CHECK_THAT(test::refusal([&] { mul(ctx, a, c); }), Contains("mul") && Contains("[3, 3]"));
    CHECK_THAT(test::refusal([&] { sub(ctx, a, b); }), Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] { greater(ctx, a, b); }), Contains("greater"));
    CHECK_THAT(test::refusal([&] { mse(ctx, a, b); }), Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] { select(ctx, a, one, one); }),
               Contains("select") && Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] { select(ctx, a, a, b); }), Contains("select"));
    CHECK_THAT(test::refusal([&] { add(ctx, make({0, 3}), make({2, 3})); }), Contains("[0, 3]"));
}
