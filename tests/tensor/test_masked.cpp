// SPDX-License-Identifier: MIT
// Masks and dropout: what is left out cannot change a bit of the rest.
#include "mgkit/core/row_scope.hpp"
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::t32;
using test::t64;
using testing::detail::same_values;

namespace {

struct pass {
    std::vector<double> result, gradient;

    bool operator==(const pass& other) const {
        return same_values(result, other.result) && same_values(gradient, other.gradient);
    }
};

/// f(x) and the gradient of its weighted sum.
template <class F>
pass run(const std::vector<double>& values, const shape& extents, F f) {
    context ctx;
    gradient_slot<t32> slot;
    const recording<t32> record(ctx);
    const variable<t32> out = f(ctx, watch(test::tensor_of<t32>(ctx, values, extents), slot));
    const t32 weights = test::tensor_of<t32>(
        ctx, testing::detail::draw({shape_of(out), .5, 1.5}, 3), shape_of(out));
    backward(ctx, out, &weights);
    return {test::values_of(ctx, out.value), test::values_of(ctx, slot.gradient)};
}

std::vector<double> drawn(const shape& extents) {
    return testing::detail::draw({extents}, 1);
}

template <class T>
std::vector<double> dropped(const std::vector<row_identity>& rows, double rate, extent width) {
    context ctx{.seed = 9, .training = true};
    for (const row_identity& row : rows) ctx.rows.push_back(row);
    const auto count = static_cast<extent>(rows.size());
    const T ones = backend_traits<T>::full(ctx, {count, width}, 1);
    return test::values_of(ctx, dropout(ctx, ones, "layer", rate));
}

}  // namespace

TEST_CASE("what a mask leaves out changes no bit, whatever it is", "[tensor][quick]") {
    const shape extents{4, 21};
    std::vector<double> values = drawn(extents), mask(values.size(), 1);
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = i % 21 < 5 + i / 21 * 7 ? 1 : 0;
    const auto masked = [&](const auto& operation) {
        return [&](context& ctx, const variable<t32>& x) {
            return operation(ctx, x, test::tensor_of<t32>(ctx, mask, extents));
        };
    };
    const auto softmax_of =
        masked([](context& ctx, const auto& x, const t32& m) { return masked_softmax(ctx, x, m); });
    const auto mean_of = masked(
        [](context& ctx, const auto& x, const t32& m) { return masked_mean(ctx, x, m, -1); });
    const pass softmax_before = run(values, extents, softmax_of),
               mean_before = run(values, extents, mean_of);
    for (const double other : {0.0, 1e30, double(NAN), double(INFINITY), -double(INFINITY)}) {
        CAPTURE(other);
        for (std::size_t i = 0; i < mask.size(); ++i)
            if (mask[i] == 0) values[i] = other;
        CHECK(run(values, extents, softmax_of) == softmax_before);
        CHECK(run(values, extents, mean_of) == mean_before);
    }
    for (std::size_t i = 0; i < mask.size(); ++i)
        if (mask[i] == 0) {
            CHECK(softmax_before.result[i] == 0);
            CHECK(softmax_before.gradient[i] == 0);
            CHECK(mean_before.gradient[i] == 0);
        }
    values[0] += 1;
    CHECK_FALSE(run(values, extents, softmax_of) == softmax_before);
}

TEST_CASE("further padding at the end changes no bit of what stands before it", "[tensor][quick]") {
    constexpr extent rows = 3, length = 13;
    const std::vector<double> values = drawn({rows, length});
    const auto padded = [&](extent by) {
        context ctx;
        const extent width = length + by;
        std::vector<double> x(static_cast<std::size_t>(rows * width), NAN), mask(x.size(), 0);
        for (extent i = 0; i < rows * length; ++i) {
            const auto to = static_cast<std::size_t>(i / length * width + i % length);
            x[to] = values[static_cast<std::size_t>(i)];
            mask[to] = 1;
        }
        const shape extents{rows, width};
        const t32 y = masked_softmax(ctx, test::tensor_of<t32>(ctx, x, extents),
                                     test::tensor_of<t32>(ctx, mask, extents));
        return test::values_of(ctx, slice(ctx, y, 1, 0, length));
    };
    const std::vector<double> alone = padded(0);
    for (const extent by : {1, 2, 3, 19, 100}) CHECK(same_values(padded(by), alone));
}

TEST_CASE("rows that a mask leaves nothing of are 0", "[tensor][quick]") {
    context ctx;
    const t64 x = test::tensor_of<t64>(ctx, {1, NAN, 3, 4}, {2, 2}),
              mask = test::tensor_of<t64>(ctx, {0, 0, 1, 1}, {2, 2});
    const auto p = test::values_of(ctx, masked_softmax(ctx, x, mask));
    CHECK(p[0] == 0);
    CHECK(p[1] == 0);
    CHECK(p[2] + p[3] == Catch::Approx(1));
    CHECK(test::difference(test::values_of(ctx, masked_mean(ctx, x, mask, 1)), {0, 3.5}) < 1e-15);
    CHECK_THAT(test::refusal([&] {
                   masked_mean(ctx, x, test::tensor_of<t64>(ctx, {1, 1, 1}, {3}), 1);
               }),
               Contains("masked_mean"));
}

TEST_CASE("dropout keeps the same elements on every tensor type", "[tensor][quick]") {
    const std::vector<row_identity> rows{{7, 0}, {7, 1}, {2, 0}};
    for (const double rate : {.25, .9}) {
        const auto here = dropped<t32>(rows, rate, 1001);
        const auto kept = [](std::vector<double> factors) {
            for (double& f : factors) f = f == 0 ? 0 : 1;
            return factors;
        };
        CHECK(kept(dropped<t64>(rows, rate, 1001)) == kept(here));
        CHECK(dropped<test::composed>(rows, rate, 1001) == dropped<t64>(rows, rate, 1001));
        CHECK(dropped<testing::reference>(rows, rate, 1001) == dropped<t64>(rows, rate, 1001));
        const double gone = static_cast<double>(std::count(here.begin(), here.end(), 0.0));
        CHECK(gone / static_cast<double>(here.size()) == Catch::Approx(rate).margin(.03));
    }
}

TEST_CASE("dropout of a row does not depend on the rows beside it", "[tensor][quick]") {
    constexpr extent width = 37;
    const std::vector<row_identity> rows{{7, 0}, {7, 1}, {2, 0}};
    const auto all = dropped<t32>(rows, .5, width);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto at = all.begin() + static_cast<std::ptrdiff_t>(i) * width;
        CHECK(dropped<t32>({rows[i]}, .5, width) == std::vector<double>(at, at + width));
        CHECK(dropped<t32>({{9, 9}, rows[i]}, .5, width)[width] == *at);
    }
    CHECK(dropped<t32>({rows[0]}, .5, width) != dropped<t32>({rows[1]}, .5, width));

    context ctx{.seed = 9, .training = true};
    for (const row_identity& row : rows) ctx.rows.push_back(row);
    const row_scope last(ctx, 2, 1);
    const t32 one = backend_traits<t32>::full(ctx, {1, width}, 1);
    CHECK(test::values_of(ctx, dropout(ctx, one, "layer", .5)) ==
          std::vector<double>(all.end() - width, all.end()));
    CHECK(test::values_of(ctx, dropout(ctx, one, "another layer", .5)) !=
          std::vector<double>(all.end() - width, all.end()));
}

TEST_CASE("the gradient of dropout goes where values went", "[tensor][quick]") {
    context ctx{.seed = 9, .training = true};
    ctx.rows = {{0, 0}, {1, 0}};
    gradient_slot<t64> slot;
    const recording<t64> record(ctx);
    const auto y = dropout(ctx, watch(backend_traits<t64>::full(ctx, {2, 50}, 1), slot), "a", .5);
    backward(ctx, sum(ctx, y));
    CHECK(test::values_of(ctx, slot.gradient) == test::values_of(ctx, y.value));
    ctx.training = false;
    const t64 x = backend_traits<t64>::full(ctx, {3, 5}, 2);
    CHECK(test::values_of(ctx, dropout(ctx, x, "a", .5)) == test::values_of(ctx, x));
    CHECK_THAT(test::refusal([&] { dropout(ctx, x, "a", 1); }), Contains("[0, 1)"));
}
