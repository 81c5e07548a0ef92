// SPDX-License-Identifier: MIT
// Whole numbers, draws and entries by index on a device, in steps that are recorded.
#include <cstdint>
#include <span>
#include <vector>

#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/tensor/ops/parts.hpp"
#include "mgkit/testing/gradient_check.hpp"

using namespace mgkit;

namespace {

/// What the host counts between steps.
struct counter {
    std::int32_t turn = 0;
};

/// Results and gradients of five steps on the same tensors: dropout under rows that change, entries
/// and bytes that the host computes for each step, the largest values, parts put together.
template <class T>
std::vector<std::vector<double>> five_steps(cuda::grain kept = cuda::grain::fine) {
    using X = variable<T>;
    constexpr extent width = 40;
    context ctx{.seed = 4, .training = true};
    std::vector<double> drawn(2 * width);
    random_stream stream(random_key{.seed = 2}, "values");
    for (double& v : drawn) v = stream.normal();
    T x = testing::detail::from_doubles<T>(ctx, drawn, {2, width}), out;
    if constexpr (requires { x.kept(); }) x = cuda::as(ctx, x, kept);
    gradient_slot<T> slot;
    const index_tensor fixed = on_backend<T>(ctx, index_tensor({2}, {39, 0}));
    counter now;
    const auto places = [](std::span<std::int32_t> to, const counter* c) {
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] = (7 * static_cast<std::int32_t>(i) + c->turn) % width;
    };
    const auto pixels = [](std::span<std::uint8_t> to, const counter* c) {
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] = static_cast<std::uint8_t>(60 * i + static_cast<std::size_t>(c->turn));
    };
    const auto step = [&] {
        slot.clear();
        const recording<T> record(ctx);
        const X y = dropout(ctx, watch(x, slot), "layer", .5);
        const auto which = step_integers<T, std::int32_t>(ctx, {2, 3}, {0, width - 1}, places,
                                                          static_cast<const counter*>(&now));
        const auto bytes = step_integers<T, std::uint8_t>(ctx, {2, 4}, {0, 255}, pixels,
                                                          static_cast<const counter*>(&now));
        const channel_affine how{{.5, .25, .125, 2}, {}, 1};
        const X all = concat(ctx, 1, gather(ctx, y, 1, which), top_k(ctx, y, 5).values,
                             X{cast<T>(ctx, bytes, how)}, gather(ctx, y, 1, fixed));
        backward(ctx, sum(ctx, mul(ctx, all, all)));
        out = all.value;
    };
    repeated_step<T> repeated;
    std::vector<std::vector<double>> results;
    for (std::uint32_t i = 0; i < 5; ++i) {
        ctx.rows = {{i, 0}, {i + 1, 0}};
        ++now.turn;
        repeated(ctx, step);
        results.push_back(testing::detail::to_doubles(ctx, out));
        results.push_back(testing::detail::to_doubles(ctx, slot.gradient));
    }
    return results;
}

}  // namespace

TEST_CASE("recorded steps draw and choose anew in every replay", "[cuda]") {
    const auto want = five_steps<eigen::tensor<float>>();
    CHECK(five_steps<test::emulated_tensor<float>>() == want);
    for (std::size_t i = 2; i < want.size(); i += 2) CHECK(want[i] != want[i - 2]);
    const auto exact = five_steps<test::emulated_tensor<double>>();
    CHECK(exact[0].size() == want[0].size());
}

TEST_CASE("whole numbers of the host are refused in a recorded step", "[cuda]") {
    using T = test::emulated_tensor<float>;
    context ctx;
    const T x = backend_traits<T>::full(ctx, {3, 2}, 1);
    const index_tensor host({1}, {2});
    const auto refused = [&](auto&& inside) {
        CHECK_THROWS_WITH(
            (cuda::step_graph<test::emulated>(ctx, test::emulated::of(ctx).new_pool(), inside)),
            Catch::Matchers::Contains("inside a captured step"));
    };
    refused([&] { gather(ctx, x, 0, host); });
    const index_tensor there = on_backend<T>(ctx, host);
    refused([&] { there.on_host(ctx); });
    CHECK(there.on_host(ctx).values()[0] == 2);
    CHECK(there.limits() == host.limits());
    CHECK(shape_of(gather(ctx, x, 0, there)) == shape{1, 2});
}

TEST_CASE("entries of coarse tensors stay coarse, and add up before they are rounded", "[cuda]") {
    using T = test::emulated_tensor<cuda::bf16>;
    using cuda::grain;
    context ctx;
    const auto coarse = [&](double value, const shape& extents) {
        return cuda::as(ctx, backend_traits<T>::full(ctx, extents, value), grain::coarse);
    };
    const index_tensor zeros({300}, std::vector<std::int32_t>(300, 0));
    const T x = coarse(2, {2, 8});
    CHECK(gather(ctx, x, 0, zeros).kept() == grain::coarse);
    // 256 is where adding 1 in bfloat16 stands still.
    const T sum = scatter_add(ctx, x, 0, zeros, coarse(1, {300, 8}));
    CHECK(sum.kept() == grain::coarse);
    CHECK(testing::detail::to_doubles(ctx, sum)[0] == 302);
}
