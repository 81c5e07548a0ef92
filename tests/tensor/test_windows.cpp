// SPDX-License-Identifier: MIT
// Convolution, pooling, graphs and fused normalisation: values worked out by hand, words of errors.
#include "mgkit/tensor/ops/conv.hpp"
#include "mgkit/tensor/ops/graph.hpp"
#include "mgkit/tensor/ops/normalise.hpp"
#include "mgkit/tensor/ops/pool.hpp"
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::t64;

namespace {

t64 windows_tensor(context& ctx, const std::vector<double>& values, const shape& extents) {
    return test::tensor_of<t64>(ctx, values, extents);
}

/// The gradient of the weighted sum of f(x).
template <class F>
std::vector<double> gradient_through_windows(const std::vector<double>& values,
                                             const shape& extents,
                                             const std::vector<double>& weights, F f) {
    context ctx;
    gradient_slot<t64> slot;
    const recording<t64> record(ctx);
    const variable<t64> out = f(ctx, watch(windows_tensor(ctx, values, extents), slot));
    const t64 weighted = windows_tensor(ctx, weights, shape_of(out));
    backward(ctx, out, &weighted);
    return test::values_of(ctx, slot.gradient);
}

}  // namespace

TEST_CASE("a convolution slides weights over frames", "[tensor][quick]") {
    context ctx;
    // Frames 1 to 5; weights 1, 10, 100 on the frame before, the frame, the frame after.
    const t64 x = windows_tensor(ctx, {1, 2, 3, 4, 5}, {1, 5, 1}),
              w = windows_tensor(ctx, {1, 10, 100}, {1, 1, 3}),
              b = windows_tensor(ctx, {1000}, {1});
    const auto values = [&](const window& over) {
        return test::values_of(ctx, conv(ctx, x, w, b, over));
    };
    CHECK(values({{3, 1, 1}}) == std::vector<double>{1210, 1321, 1432, 1543, 1054});
    CHECK(values({{3}}) == std::vector<double>{1321, 1432, 1543});
    CHECK(values({{3, 2, 1}}) == std::vector<double>{1210, 1432, 1054});
    CHECK(values({{3, 1, 2, 2}}) == std::vector<double>{1310, 1420, 1531, 1042, 1053});
}

TEST_CASE("joints keep to themselves where a convolution moves over frames", "[tensor][quick]") {
    context ctx;
    // Two joints of two channels in three frames; weights [O, C, K, 1] as PyTorch keeps them.
    const t64 x = windows_tensor(ctx, {1, 2, 10, 20, 3, 4, 30, 40, 5, 6, 50, 60}, {1, 3, 2, 2}),
              w = windows_tensor(ctx, {1, 2, 3, 4}, {1, 2, 2, 1}),
              b = windows_tensor(ctx, {0}, {1});
    // y[t] = 1 x0[t] + 2 x0[t + 1] + 3 x1[t] + 4 x1[t + 1]
    CHECK(test::values_of(ctx, conv(ctx, x, w, b, {{2}, {1}})) ==
          std::vector<double>{29, 290, 49, 490});
}

TEST_CASE("groups of channels have weights of their own", "[tensor][quick]") {
    context ctx;
    const t64 x = windows_tensor(ctx, {1, 10, 2, 20, 3, 30}, {1, 3, 2}),
              w = windows_tensor(ctx, {1, 1, 1, -1}, {2, 1, 2}),
              b = windows_tensor(ctx, {0, 0}, {2});
    CHECK(test::values_of(ctx, conv(ctx, x, w, b, {{2}}, 2)) ==
          std::vector<double>{3, -10, 5, -10});
}

TEST_CASE("a window over two axes sees rows and columns", "[tensor][quick]") {
    context ctx;
    const t64 x = windows_tensor(ctx, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 3, 3, 1}),
              w = windows_tensor(ctx, {1, 10, 100, 1000}, {1, 1, 2, 2}),
              b = windows_tensor(ctx, {0}, {1});
    CHECK(test::values_of(ctx, conv(ctx, x, w, b, {{2}, {2}})) ==
          std::vector<double>{5421, 6532, 8754, 9865});
}

TEST_CASE("of equal entries the first takes the gradient", "[tensor][quick]") {
    const auto pooled = [](context& ctx, const variable<t64>& x) {
        return max_pool(ctx, x, {{3, 1, 1}});
    };
    // Windows (-, 2, 2), (2, 2, 1), (2, 1, 2), (1, 2, -).
    CHECK(gradient_through_windows({2, 2, 1, 2}, {1, 4, 1}, {1, 10, 100, 1000}, pooled) ==
          std::vector<double>{11, 100, 0, 1000});
    // What lies beside counts as 0 and keeps what it wins.
    const auto beside = [](context& ctx, const variable<t64>& x) {
        return max_pool(ctx, x, {{3, 1, 1}}, 0);
    };
    CHECK(gradient_through_windows({-2, -1, -3, 4}, {1, 4, 1}, {1, 10, 100, 1000}, beside) ==
          std::vector<double>{0, 10, 0, 1100});
    context ctx;
    CHECK(test::values_of(ctx, max_pool(ctx, windows_tensor(ctx, {-2, -1, -3, 4}, {1, 4, 1}),
                                        {{3, 1, 1}})) == std::vector<double>{-1, -1, 4, 4});
}

TEST_CASE("a mean counts what lies beside as zero", "[tensor][quick]") {
    context ctx;
    const t64 x = windows_tensor(ctx, {3, 6, 9, 12}, {1, 4, 1});
    CHECK(test::values_of(ctx, mean_pool(ctx, x, {{3, 1, 1}})) == std::vector<double>{3, 6, 9, 7});
}

TEST_CASE("joints gather along edges", "[tensor][quick]") {
    context ctx;
    // Two partitions of two joints: the first keeps each where it is, the second crosses.
    const t64 x =
        windows_tensor(ctx, {1, 10, 2, 20}, {1, 1, 2, 2, 1});  // [.., joint, partition, 1]
    const auto values = [&](const std::vector<double>& edges, const shape& extents) {
        return test::values_of(ctx, graph_contract(ctx, x, windows_tensor(ctx, edges, extents)));
    };
    const std::vector<double> edges{1, 0, 0, 1, 0, 1, 1, 0}, expected{21, 12};
    CHECK(values(edges, {2, 2, 2}) == expected);
    CHECK(values(edges, {1, 2, 2, 2}) == expected);
    CHECK(values(edges, {1, 2, 2, 2, 1}) == expected);
    // Entry (v, w): joint v feeds joint w.
    CHECK(values({0, 5, 0, 0, 0, 0, 0, 0}, {2, 2, 2}) == std::vector<double>{0, 5});
}

TEST_CASE("normalisation adds a residual before relu", "[tensor][quick]") {
    context ctx;
    const t64 x = windows_tensor(ctx, {1, 3, 5, 7}, {4, 1}), two = windows_tensor(ctx, {2}, {1}),
              one = windows_tensor(ctx, {1}, {1}), r = windows_tensor(ctx, {0, 0, -3, 5}, {4, 1});
    const t64 moments = windows_tensor(ctx, {3, 4}, {2, 1});  // mean 3, variance 4
    const auto end = normalise_end<t64>{&r, true};
    CHECK(test::values_of(ctx, normalise_by(ctx, x, two, one, moments, end, 0)) ==
          std::vector<double>{0, 1, 0, 10});
    const auto own = normalise(ctx, x, one, one, {}, 0);
    CHECK(test::values_of(ctx, own.moments) == std::vector<double>{4, 5});
}

TEST_CASE("windows and graphs refuse what does not fit", "[tensor][quick]") {
    context ctx;
    const auto zeros = [&](const shape& s) { return backend_traits<t64>::full(ctx, s, 0); };
    CHECK_THAT(test::refusal([&] {
                   conv(ctx, zeros({2, 4, 3}), zeros({5, 3, 9}), zeros({5}), {{9}});
               }),
               Contains("axis 1 of [2, 4, 3]") && Contains("9 entries") && Contains("pad it"));
    CHECK_THAT(test::refusal([&] {
                   conv(ctx, zeros({2, 9, 3}), zeros({5, 2, 9}), zeros({5}), {{9}});
               }),
               Contains("weight [5, 2, 9]"));
    CHECK_THAT(test::refusal([&] {
                   max_pool(ctx, zeros({2, 3}), {{3}});
               }),
               Contains("max_pool") && Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] {
                   graph_contract(ctx, zeros({2, 3, 5, 2, 4}), zeros({2, 4, 5}));
               }),
               Contains("edges [2, 4, 5]"));
    CHECK_THAT(test::refusal([&] {
                   normalise(ctx, zeros({1, 3}), zeros({3}), zeros({3}));
               }),
               Contains("two rows or more"));
}
