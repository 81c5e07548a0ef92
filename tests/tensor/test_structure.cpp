// SPDX-License-Identifier: MIT
// Sums, maxima, permutations, slices, concatenations and products.
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::t64;

TEMPLATE_TEST_CASE("ties of a maximum share its gradient equally", "[tensor][quick]", t64,
                   test::composed) {
    context ctx;
    using T = TestType;
    gradient_slot<T> slot;
    const T x = test::tensor_of<T>(ctx, {1, 3, 3, 2, /**/ 5, 5, 5, 5, /**/ -1, -2, -3, -4}, {3, 4});
    for (const int axis : {1, 0}) {
        slot.clear();
        const recording<T> record(ctx);
        const auto view = axis == 1 ? watch(x, slot) : permute(ctx, watch(x, slot), {1, 0});
        const auto best = max(ctx, view, axis);
        CHECK(test::values_of(ctx, best.value) == std::vector<double>{3, 5, -1});
        const T weights = test::tensor_of<T>(ctx, {6, 8, 1}, {3});
        backward(ctx, best, &weights);
        CHECK(test::difference(test::values_of(ctx, slot.gradient),
                               {0, 3, 3, 0, 2, 2, 2, 2, 1, 0, 0, 0}) < 1e-12);
    }
}

TEST_CASE("a maximum does not lose a missing value", "[tensor][quick]") {
    context ctx;
    for (const extent length : {1, 3, 16, 20, 40})
        for (extent at = 0; at < length; ++at) {
            std::vector<double> values(static_cast<std::size_t>(2 * length), 1.0);
            values[static_cast<std::size_t>(at)] = NAN;
            const t64 x = test::tensor_of<t64>(ctx, values, {2, length});
            for (const auto& best : {test::values_of(ctx, max(ctx, x, 1)),
                                     test::values_of(ctx, max(ctx, permute(ctx, x, {1, 0}), 0))}) {
                CHECK(std::isnan(best[0]));
                CHECK(best[1] == 1);
            }
        }
}

TEST_CASE("axes in another order", "[tensor][quick]") {
    context ctx;
    const t64 x = test::tensor_of<t64>(ctx, {0, 1, 2, 3, 4, 5}, {2, 3});
    CHECK(test::values_of(ctx, permute(ctx, x, {1, 0})) == std::vector<double>{0, 3, 1, 4, 2, 5});
}

TEST_CASE("a product with a transposed matrix", "[tensor][quick]") {
    context ctx;
    const t64 a = test::tensor_of<t64>(ctx, {1, 2, 3, 4, 5, 6}, {2, 3});
    const t64 b = test::tensor_of<t64>(ctx, {1, 0, 2, 0, 1, 1}, {2, 3});
    CHECK(test::values_of(ctx, matmul(ctx, a, b, false, true)) ==
          std::vector<double>{7, 5, 16, 11});
}

TEST_CASE("structural operations refuse what does not fit", "[tensor][quick]") {
    context ctx;
    const auto make = [&](const shape& s) { return backend_traits<t64>::full(ctx, s, 1); };
    const t64 a = make({2, 3}), cube = make({2, 3, 4});
    CHECK_THAT(test::refusal([&] { sum(ctx, a, {2}); }), Contains("[2, 3]") && Contains("2"));
    CHECK_THAT(test::refusal([&] { sum(ctx, a, {-3}); }), Contains("-3"));
    CHECK_THAT(test::refusal([&] {
                   max(ctx, make({2, 0}), 1);
               }),
               Contains("max") && Contains("[2, 0]"));
    CHECK_THAT(test::refusal([&] { max(ctx, a, 5); }), Contains("5"));
    CHECK_THAT(test::refusal([&] { permute(ctx, a, {0}); }),
               Contains("permute") && Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] { permute(ctx, a, {0, 0}); }), Contains("once"));
    CHECK_THAT(test::refusal([&] { permute(ctx, a, {0, 1, 1}); }), Contains("once"));
    CHECK_THAT(test::refusal([&] { permute(ctx, a, {0, 2}); }), Contains("2"));
    CHECK_THAT(test::refusal([&] { reshape(ctx, a, {4}); }),
               Contains("reshape") && Contains("[2, 3]") && Contains("[4]"));
    CHECK_THAT(test::refusal([&] { slice(ctx, a, 0, 1, 2); }),
               Contains("slice") && Contains("2 entries"));
    CHECK_THAT(test::refusal([&] { slice(ctx, a, 0, -1, 1); }), Contains("slice"));
    CHECK_THAT(test::refusal([&] { slice(ctx, a, 0, 0, -1); }), Contains("slice"));
    CHECK_THAT(test::refusal([&] {
                   concat(ctx, 0, a, make({2, 4}));
               }),
               Contains("concat") && Contains("[2, 4]"));
    CHECK_THAT(test::refusal([&] { concat(ctx, 0, a, cube); }), Contains("[2, 3, 4]"));
    CHECK_THAT(test::refusal([&] { matmul(ctx, a, a); }), Contains("matmul") && Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] { matmul(ctx, a, a, true, true); }), Contains("^T"));
    CHECK_THAT(test::refusal([&] { matmul(ctx, make({3}), a); }), Contains("two or more axes"));
    CHECK_THAT(test::refusal([&] { matmul(ctx, cube, make({3, 4, 5})); }), Contains("[3, 4, 5]"));
    CHECK_THAT(test::refusal([&] {
                   shape({1, 1, 1, 1, 1, 1, 1, 1, 1});
               }),
               Contains("at most 8 axes"));
    CHECK_THAT(test::refusal([&] { shape({2, -1}); }), Contains("zero or more"));
}
