// SPDX-License-Identifier: MIT
// Channels moved along an axis: values worked out by hand, and the rule by which offsets learn.
#include "mgkit/tensor/ops/shift.hpp"
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::t64;

namespace {

template <class T>
std::vector<double> shifted(const std::vector<double>& values, const shape& extents,
                            const std::vector<double>& offsets, extent stride, extent outputs) {
    context ctx;
    const T x = test::tensor_of<T>(ctx, values, extents),
            by = test::tensor_of<T>(ctx, offsets, {static_cast<extent>(offsets.size())});
    return test::values_of(ctx, shift(ctx, x, 1, by, stride, outputs));
}

/// Gradients of the sum of a shift, of x and of the offsets, these by their sign where wanted.
template <class T>
std::pair<std::vector<double>, std::vector<double>> learned(const std::vector<double>& values,
                                                            const std::vector<double>& offsets,
                                                            bool by_sign) {
    context ctx;
    const auto channels = static_cast<extent>(offsets.size());
    gradient_slot<T> dx, dy;
    const recording<T> record(ctx);
    const auto x =
        watch(test::tensor_of<T>(ctx, values,
                                 {1, static_cast<extent>(values.size()) / channels, channels}),
              dx);
    auto by = watch(test::tensor_of<T>(ctx, offsets, {channels}), dy);
    if (by_sign) by = signed_gradient(ctx, by, 0.01, 0.0001);
    // Twice: the sign is that of both uses together.
    const auto once = shift(ctx, x, 1, by, 1, shape_of(x)[1]);
    backward(ctx, sum(ctx, add(ctx, once, shift(ctx, x, 1, by, 1, shape_of(x)[1]))));
    return {test::values_of(ctx, dx.gradient), test::values_of(ctx, dy.gradient)};
}

}  // namespace

TEMPLATE_TEST_CASE("channels move by parts of a step", "[tensor][quick]", t64, test::composed) {
    const std::vector<double> frames{1, 10, 2, 20, 4, 40, 8, 80};  // [1, 4, 2]
    const auto moved = [&](const std::vector<double>& offsets, extent stride, extent outputs) {
        return shifted<TestType>(frames, {1, 4, 2}, offsets, stride, outputs);
    };
    CHECK(moved({0, 0}, 1, 4) == frames);
    CHECK(moved({1, -1}, 1, 4) == std::vector<double>{2, 0, 4, 10, 8, 20, 0, 40});
    CHECK(moved({0.5, -0.25}, 1, 4) == std::vector<double>{1.5, 7.5, 3, 17.5, 6, 35, 4, 70});
    CHECK(moved({0.5, 0.5}, 2, 2) == std::vector<double>{1.5, 15, 6, 60});
    CHECK(moved({0, 0}, 2, 3) == std::vector<double>{1, 10, 4, 40, 0, 0});
    CHECK(moved({1e30, -1e30}, 1, 4) == std::vector<double>(8, 0.0));
    CHECK(moved({std::nan(""), 3}, 1, 4) == std::vector<double>{0, 80, 0, 0, 0, 0, 0, 0});
}

TEMPLATE_TEST_CASE("offsets learn what the next entry has more", "[tensor][quick]", t64,
                   test::composed) {
    // One channel rises by 7 in all, one is 0 outside and within, one falls from 5 to 0.
    const std::vector<double> frames{1, 0, 5, 2, 0, 5, 8, 0, 5};  // [1, 3, 3]
    const auto [dx, dy] = learned<TestType>(frames, {-0.5, 0.25, 0}, false);
    CHECK(dy == std::vector<double>{16, 0, -10});
    CHECK(dx == std::vector<double>{2, 1.5, 2, 2, 2, 2, 1, 2, 2});
    const auto [same, signs] = learned<TestType>(frames, {-0.5, 0.25, 0}, true);
    CHECK(same == dx);
    REQUIRE(signs.size() == 3);
    CHECK(signs[0] == Catch::Approx(0.01));
    CHECK(signs[1] == Catch::Approx(0.0001));
    CHECK(signs[2] == Catch::Approx(-0.01));
}

TEST_CASE("a signed gradient leaves values alone", "[tensor][quick]") {
    context ctx;
    const t64 x = test::tensor_of<t64>(ctx, {3, -2}, {2});
    CHECK(test::values_of(ctx, signed_gradient(ctx, x, 1)) == std::vector<double>{3, -2});
    const recording<t64> record(ctx);
    const variable<t64> constant = signed_gradient(ctx, variable<t64>{x}, 1);
    CHECK(test::values_of(ctx, constant.value) == std::vector<double>{3, -2});
    CHECK_FALSE(recorded(constant));
}

TEST_CASE("shifts refuse what does not fit", "[tensor][quick]") {
    context ctx;
    const auto zeros = [&](const shape& s) { return backend_traits<t64>::full(ctx, s, 0); };
    CHECK_THAT(test::refusal([&] {
                   shift(ctx, zeros({2, 3, 4}), 1, zeros({3}), 1, 3);
               }),
               Contains("offsets [3]") && Contains("x [2, 3, 4]"));
    CHECK_THAT(test::refusal([&] {
                   shift(ctx, zeros({2, 3, 4}), 2, zeros({4}), 1, 3);
               }),
               Contains("axis 2"));
    CHECK_THAT(test::refusal([&] {
                   shift(ctx, zeros({2, 3, 4}), 1, zeros({4}), 0, 3);
               }),
               Contains("stride 0"));
}
