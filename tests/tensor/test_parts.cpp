// SPDX-License-Identifier: MIT
// Sequences taken apart and put together, entries by index, whole numbers.
#include "mgkit/testing/symbolic.hpp"
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::t64;
using testing::symbolic;

namespace {

/// What a recurrent pass over [8, T, 16] costs, forward and backward: the sequence is taken apart,
/// each entry goes through a product with one weight, and the states are put together.
testing::symbolic_counts unrolled(extent length) {
    using X = variable<symbolic>;
    context ctx;
    gradient_slot<symbolic> slots[2];
    const recording<symbolic> record(ctx);
    const X weight = watch(symbolic(shape{16, 16}), slots[1]);
    std::vector<X> parts = unstack(ctx, watch(symbolic(shape{8, length, 16}), slots[0]), 1);
    X state{symbolic(shape{8, 16})};
    for (X& part : parts) part = state = tanh(ctx, add(ctx, part, matmul(ctx, state, weight)));
    backward(ctx, sum(ctx, stack(ctx, std::span<const X>(parts), 1)));
    CHECK(shape_of(slots[0].gradient) == shape{8, length, 16});
    return testing::counts(ctx);
}

template <class T>
std::vector<std::int32_t> numbers(const integers<T>& x) {
    context ctx;
    const integers<T> host = x.on_host(ctx);
    return {host.values().begin(), host.values().end()};
}

}  // namespace

TEST_CASE("an unrolled sequence costs its length, not its square", "[tensor][quick]") {
    const auto each = [](std::int64_t all, extent length) {
        return static_cast<double>(all) / static_cast<double>(length);
    };
    const testing::symbolic_counts least = unrolled(16);
    for (const extent length : {32, 64, 128}) {
        const testing::symbolic_counts c = unrolled(length);
        const double moved = each(c.moved, length), elementwise = each(c.elementwise, length),
                     reduced = each(c.reduced, length), bytes = each(c.bytes, length);
        CAPTURE(length, moved, elementwise, reduced, bytes);
        CHECK(moved == Catch::Approx(each(least.moved, 16)).epsilon(.02));
        CHECK(elementwise == Catch::Approx(each(least.elementwise, 16)).epsilon(.02));
        CHECK(reduced == Catch::Approx(each(least.reduced, 16)).epsilon(.02));
        CHECK(bytes == Catch::Approx(each(least.bytes, 16)).epsilon(.02));
    }
}

TEMPLATE_TEST_CASE("parts of a sequence get the gradient of their own entries", "[tensor][quick]",
                   t64, test::composed, testing::reference) {
    using T = TestType;
    using X = variable<T>;
    context ctx;
    gradient_slot<T> slot;
    const recording<T> record(ctx);
    const X x = watch(test::tensor_of<T>(ctx, {1, 2, 3, 4, 5, 6}, {2, 3}), slot);
    const extent lengths[] = {1, 2};
    const std::vector<X> parts = split(ctx, x, 1, lengths);
    CHECK(test::values_of(ctx, parts[0].value) == std::vector<double>{1, 4});
    CHECK(test::values_of(ctx, parts[1].value) == std::vector<double>{2, 3, 5, 6});
    const X back = concat(ctx, 1, parts[1], parts[0], parts[1]);
    CHECK(test::values_of(ctx, back.value) == std::vector<double>{2, 3, 1, 2, 3, 5, 6, 4, 5, 6});
    const T weights = test::tensor_of<T>(ctx, {1, 2, 3, 4, 5, 10, 20, 30, 40, 50}, {2, 5});
    backward(ctx, back, &weights);
    CHECK(test::values_of(ctx, slot.gradient) == std::vector<double>{3, 5, 7, 30, 50, 70});
}

TEST_CASE("sequences are refused where lengths and shapes do not fit", "[tensor][quick]") {
    context ctx;
    const t64 x = backend_traits<t64>::full(ctx, {2, 3}, 1);
    const extent few[] = {1, 1}, negative[] = {4, -1};
    CHECK_THAT(test::refusal([&] { split(ctx, x, 1, few); }), Contains("add up to 3"));
    CHECK_THAT(test::refusal([&] { split(ctx, x, 1, negative); }), Contains("-1"));
    CHECK_THAT(test::refusal([&] { concat(ctx, 0, std::span<const t64>{}); }), Contains("none"));
    CHECK_THAT(test::refusal([&] { stack(ctx, std::span<const t64>(&x, 1), 3); }),
               Contains("stack") && Contains("3"));
}

TEMPLATE_TEST_CASE("repeated entries of an index add up", "[tensor][quick]", t64, test::composed) {
    using T = TestType;
    context ctx;
    gradient_slot<T> slot;
    const recording<T> record(ctx);
    const auto x = watch(test::tensor_of<T>(ctx, {1, 2, 3, 4, 5, 6}, {3, 2}), slot);
    const auto rows = gather(ctx, x, 0, index_tensor({3}, {2, 0, 2}));
    CHECK(test::values_of(ctx, rows.value) == std::vector<double>{5, 6, 1, 2, 5, 6});
    const T weights = test::tensor_of<T>(ctx, {1, 2, 3, 4, 10, 20}, {3, 2});
    backward(ctx, rows, &weights);
    CHECK(test::values_of(ctx, slot.gradient) == std::vector<double>{3, 4, 0, 0, 11, 22});

    const T own = gather(ctx, x.value, 1, index_tensor({3, 1}, {1, 0, 1}));
    CHECK(test::values_of(ctx, own) == std::vector<double>{2, 3, 6});
}

TEST_CASE("an index is known to lie within its axis", "[tensor][quick]") {
    context ctx;
    const t64 x = backend_traits<t64>::full(ctx, {3, 2}, 1);
    const index_tensor two({2}, {0, 2});
    const auto unknown = index_tensor::kept(
        {2}, std::make_shared<host_integers<std::int32_t>>(std::vector<std::int32_t>{0, 2}));
    CHECK(shape_of(gather(ctx, x, 0, unknown.within(0, 2))) == shape{2, 2});
    CHECK_THAT(test::refusal([&] { gather(ctx, x, 0, unknown); }),
               Contains("limits are not known") && Contains("within(0, largest)"));
    CHECK_THAT(test::refusal([&] { scatter_add(ctx, x, 0, unknown, x); }),
               Contains("scatter_add") && Contains("limits are not known"));
    CHECK_THAT(test::refusal([&] { gather(ctx, x, 1, two); }),
               Contains("from 0 to 1") && Contains("from 0 to 2"));
    CHECK_THAT(test::refusal([&] {
                   gather(ctx, x, 0, two.reshaped({1, 2}));
               }),
               Contains("an index [1, 2]"));
    CHECK_THAT(test::refusal([&] {
                   index_tensor({3}, {1, 2});
               }),
               Contains("3 values") && Contains("2 values"));
}

TEST_CASE("whole numbers of a step keep to their limits", "[tensor][quick]") {
    context ctx;
    const auto fill = [](std::span<std::int32_t> to, std::int32_t last) { to.back() = last; };
    const auto made = step_integers<t64, std::int32_t>(ctx, {3}, {0, 4}, fill, std::int32_t{4});
    CHECK(numbers(made) == std::vector<std::int32_t>{0, 0, 4});
    CHECK(made.limits() == std::pair<std::int32_t, std::int32_t>{0, 4});
    for (const std::int32_t beyond : {5, -1})
        CHECK_THAT(test::refusal([&] {
                       step_integers<t64, std::int32_t>(ctx, {3}, {0, 4}, fill, beyond);
                   }),
                   Contains("step_integers") && Contains("from 0 to 4") &&
                       Contains(std::to_string(beyond)));
}

TEMPLATE_TEST_CASE("of equal values the first is largest, and a missing one before all",
                   "[tensor][quick]", t64, test::t32, test::composed) {
    using T = TestType;
    const double inf = INFINITY;
    context ctx;
    gradient_slot<T> slot;
    const recording<T> record(ctx);
    const auto x = watch(
        test::tensor_of<T>(ctx, {1, 3, -inf, 3, 0, 3, /**/ NAN, inf, 2, NAN, 2, -0.0}, {2, 6}),
        slot);
    const auto best = top_k(ctx, x, 4);
    CHECK(numbers(best.places) == std::vector<std::int32_t>{1, 3, 5, 0, 0, 3, 1, 2});
    CHECK(test::difference(test::values_of(ctx, best.values.value),
                           {3, 3, 3, 1, NAN, NAN, inf, 2}) == 0);
    const T weights = test::tensor_of<T>(ctx, {1, 2, 3, 4, 5, 6, 7, 8}, {2, 4});
    backward(ctx, best.values, &weights);
    CHECK(test::values_of(ctx, slot.gradient) ==
          std::vector<double>{4, 1, 0, 2, 0, 3, 5, 7, 8, 6, 0, 0});
    const T zeros = test::tensor_of<T>(ctx, {-0.0, 0, -0.0}, {3});
    CHECK(numbers(top_k(ctx, zeros, 3).places) == std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("bytes become values by channel", "[tensor][quick]") {
    context ctx;
    const byte_tensor pixels({1, 2, 2}, {0, 255, 51, 102});
    const t64 plain = cast<t64>(ctx, pixels);
    CHECK(test::values_of(ctx, plain) == std::vector<double>{0, 255, 51, 102});
    const t64 normal = cast<t64>(ctx, pixels, {{1 / 255., 2 / 255.}, {0, -1}, 1});
    CHECK(test::difference(test::values_of(ctx, normal), {0, 1, -.6, -.2}) < 1e-15);
    CHECK_THAT(test::refusal([&] {
                   cast<t64>(ctx, pixels, {{1, 2, 3}, {}, 1});
               }),
               Contains("cast") && Contains("3 scales"));
}
