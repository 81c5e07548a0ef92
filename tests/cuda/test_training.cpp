// Training on the emulated device: level with the default backend, and a step that never leaves the
// device.
#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "cuda/training_step.hpp"
#include "mgkit/backend/eigen.hpp"

using namespace mgkit;
using test::emulated_tensor;

TEST_CASE("training is level with the default backend", "[cuda]") {
    CHECK(test::worst_apart<emulated_tensor<double>>(20) < 1e-7);
    CHECK(test::worst_apart<emulated_tensor<float>>(1) < 1e-5);
    CHECK(test::worst_apart<emulated_tensor<float>>(20) < 2e-2);
    CHECK(test::worst_apart<emulated_tensor<cuda::bf16>>(1) < 2e-2);
    CHECK(test::worst_apart<emulated_tensor<cuda::bf16>>(20) < 0.1);
}

TEST_CASE("the order in which threads run does not matter to a training step", "[cuda]") {
    using T = emulated_tensor<float>;
    context forth{.seed = 5, .threads = 1}, back{.seed = 5, .threads = 2};
    CHECK(test::losses<T>(forth, 3) == test::losses<T>(back, 3));
}

TEST_CASE("a whole step runs without a transfer and without new memory", "[cuda]") {
    using T = emulated_tensor<float>;
    context ctx{.seed = 5};
    test::training_step<T> step(ctx);
    auto& device = test::emulated::of(ctx);
    for (int i = 0; i < 2; ++i) {
        step.feed(ctx, i);
        step(ctx);
    }
    const std::size_t held = device.blocks_of_memory->allocations();
    step.feed(ctx, 2);
    device.captures = true;
    CHECK_NOTHROW(step(ctx));
    device.captures = false;
    CHECK(device.blocks_of_memory->allocations() == held);
    CHECK(std::isfinite(step.loss(ctx)));
}

TEST_CASE("transfers are refused while a step is captured", "[cuda]") {
    using T = emulated_tensor<float>;
    using traits = backend_traits<T>;
    context ctx;
    const T x = traits::full(ctx, {3}, 1);
    T y = traits::full(ctx, {3}, 2);
    std::vector<float> host(3);
    test::emulated::of(ctx).captures = true;
    CHECK_THROWS_WITH(traits::from_host(ctx, host, {3}), Catch::Contains("captured"));
    CHECK_THROWS_WITH(traits::to_host(ctx, x, host), Catch::Contains("captured"));
    CHECK_NOTHROW(traits::assign(ctx, y, x));
    CHECK_NOTHROW(add(ctx, x, y));
    test::emulated::of(ctx).captures = false;
    CHECK_NOTHROW(traits::to_host(ctx, y, host));
    CHECK(host[2] == 1);
}
