// SPDX-License-Identifier: MIT
// Training on a device: level with the default backend beside it, and as one graph.
#include <algorithm>
#include <memory>
#include <span>

#include "catch.hpp"
#include "cuda/training_step.hpp"
#include "mgkit/backend/cuda.hpp"
#include "mgkit/backend/eigen.hpp"

using namespace mgkit;

TEST_CASE("training on the device is level with the default backend", "[gpu]") {
    CHECK(test::worst_apart<cuda::tensor<double>>(20) < 1e-7);
    CHECK(test::worst_apart<cuda::tensor<float>>(1) < 1e-5);
    CHECK(test::worst_apart<cuda::tensor<float>>(20) < 2e-2);
    CHECK(test::worst_apart<cuda::tensor<cuda::bf16>>(1) < 2e-2);
    CHECK(test::worst_apart<cuda::tensor<cuda::bf16>>(20) < 0.1);
}

TEST_CASE("the same training gives the same bits again", "[gpu]") {
    using T = cuda::tensor<float>;
    context first{.seed = 5}, second{.seed = 5};
    CHECK(test::losses<T>(first, 5) == test::losses<T>(second, 5));
}

TEST_CASE("replayed steps are the steps, bit for bit", "[gpu]") {
    using T = cuda::tensor<float>;
    const auto compare = [](auto plain, auto stepped) {
        for (int number = 0; number < 12; ++number) {
            const int clips = number % 4 == 3 ? 4 : 6;
            const auto want = plain->plain(number, clips), got = stepped->stepped(number, clips);
            CHECK(got.loss == want.loss);
            CHECK(got.parts == want.parts);
            // Work between replays must not meet the recordings' memory.
            for (int i = 0; i < 20; ++i)
                backend_traits<T>::full(stepped->ctx, {1000 + 100 * i}, NAN);
        }
        CHECK(stepped->bits() == plain->bits());
    };
    using unlabelled = test::training<test::unlabelled<T>>;
    using labelled = test::training<test::labelled<T>>;
    compare(std::make_unique<unlabelled>(), std::make_unique<unlabelled>());
    compare(std::make_unique<labelled>(), std::make_unique<labelled>());
}

TEST_CASE("a captured step replays in order with other work of its stream", "[gpu]") {
    using T = cuda::tensor<float>;
    using traits = backend_traits<T>;
    context ctx;
    T sum = traits::full(ctx, {1000}, 0);
    float now = 1;
    const auto step = [&] {
        traits::assign(ctx, sum,
                       add(ctx, sum, step_values<T>(
                               ctx, {1000},
                               [](std::span<float> to, const float* value) {
                                   std::fill(to.begin(), to.end(), *value);
                               },
                               &now)));
    };
    cuda::graph replayed = cuda::capture(ctx, step);
    // Faster than the device: staging memory is written again while earlier replays wait.
    for (now = 2; now < 50; ++now) replayed.replay();
    std::vector<float> host(1000);
    traits::to_host(ctx, sum, host);
    CHECK(host == std::vector<float>(1000, 1 + 1225));
    CHECK(replayed.reserved() > 0);
}

TEST_CASE("a step that moves data to or from the host cannot be captured", "[gpu]") {
    using T = cuda::tensor<float>;
    using traits = backend_traits<T>;
    context ctx;
    const T x = traits::full(ctx, {4}, 1);
    std::vector<float> host(4);
    bool recording = false;
    const auto refused = [&](auto&& transfer) {
        CHECK_THROWS_WITH(cuda::capture(
                              ctx,
                              [&] {
                                  const T y = add(ctx, x, x);
                                  if (recording) transfer();
                                  recording = true;
                              },
                              1),
                          Catch::Contains("captured"));
        recording = false;
    };
    refused([&] { traits::to_host(ctx, x, host); });
    refused([&] { traits::from_host(ctx, host, {4}); });
    CHECK_THROWS_AS(cuda::capture(
                        ctx, [] {}, 0),
                    error);
    // The context works as before.
    traits::to_host(ctx, add(ctx, x, x), host);
    CHECK(host == std::vector<float>(4, 2.0f));
}

TEST_CASE("an error of a captured step reaches the caller and ends the capture", "[gpu]") {
    using T = cuda::tensor<float>;
    using traits = backend_traits<T>;
    context ctx;
    const T x = traits::full(ctx, {4}, 1), other = traits::full(ctx, {3}, 1);
    int calls = 0;
    CHECK_THROWS_AS(cuda::capture(ctx, [&] { ++calls == 3 ? add(ctx, x, other) : add(ctx, x, x); }),
                    error);
    CHECK(calls == 3);
    std::vector<float> host(4);
    traits::to_host(ctx, mul(ctx, x, x), host);
    CHECK(host[3] == 1);
}

TEST_CASE("more than 2^31 elements", "[gpu][machine]") {
    using T = cuda::tensor<float>;
    using traits = backend_traits<T>;
    context ctx;
    std::size_t left = 0, all = 0;
    REQUIRE(cudaMemGetInfo(&left, &all) == cudaSuccess);
    const extent rows = 70000, columns = 33000;
    if (left < std::size_t(rows * columns) * sizeof(float) * 5 / 2)
        return skip("not enough device memory");
    const T ones = traits::full(ctx, {rows, columns}, 1);
    const T total = sum(ctx, ones, {0, 1});
    std::vector<float> host(1);
    traits::to_host(ctx, total, host);
    CHECK(host[0] == Catch::Approx(double(rows) * double(columns)).epsilon(1e-6));
    std::vector<float> last(static_cast<std::size_t>(columns));
    const T row = traits::full(ctx, {columns}, 0.5);
    traits::to_host(ctx, slice(ctx, add(ctx, ones, row), 0, rows - 1, 1), last);
    CHECK(last == std::vector<float>(last.size(), 1.5f));
}

TEST_CASE("tensors outlive their context; two contexts work beside each other", "[gpu]") {
    using T = cuda::tensor<float>;
    using traits = backend_traits<T>;
    T kept;
    {
        context ctx;
        kept = traits::full(ctx, {1000}, 2);
    }
    context first, second;
    const T a = traits::full(first, {64, 64}, 1), b = traits::full(second, {64, 64}, 2);
    std::vector<float> x(64 * 64), y(64 * 64);
    traits::to_host(first, matmul(first, a, a), x);
    traits::to_host(second, matmul(second, b, b), y);
    CHECK(x[5] == 64);
    CHECK(y[5] == 256);
    CHECK(kept.elements() == 1000);
}

TEST_CASE("a device that is not there is refused by its number", "[gpu]") {
    context ctx;
    ctx.state.get<cuda::placement>().device = 1000;
    CHECK_THROWS_WITH(backend_traits<cuda::tensor<float>>::full(ctx, {2}, 1),
                      Catch::Contains("1000"));
}
