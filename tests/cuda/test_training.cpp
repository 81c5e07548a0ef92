// SPDX-License-Identifier: MIT
// Training on the emulated device: level with the default backend, and steps that are recorded once
// and replayed.
#include <limits>

#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "cuda/training_step.hpp"
#include "mgkit/backend/eigen.hpp"

using namespace mgkit;
using test::emulated_tensor;

namespace {

using single = emulated_tensor<float>;
using graph = cuda::step_graph<test::emulated>;

/// Steps of two batch sizes, one by one and through the stepper.
template <class Method>
void replays_are_steps() {
    test::training<Method> plain, stepped;
    for (int number = 0; number < 12; ++number) {
        const int clips = number % 4 == 3 ? 4 : 6;
        const auto want = plain.plain(number, clips), got = stepped.stepped(number, clips);
        CHECK(got.loss == want.loss);
        CHECK(got.parts == want.parts);
    }
    CHECK(stepped.bits() == plain.bits());
}

}  // namespace

TEST_CASE("training is level with the default backend", "[cuda]") {
    CHECK(test::worst_apart<emulated_tensor<double>>(20) < 1e-7);
    CHECK(test::worst_apart<emulated_tensor<float>>(1) < 1e-5);
    CHECK(test::worst_apart<emulated_tensor<float>>(20) < 2e-2);
    CHECK(test::worst_apart<emulated_tensor<cuda::bf16>>(1) < 2e-2);
    CHECK(test::worst_apart<emulated_tensor<cuda::bf16>>(20) < 0.1);
}

TEST_CASE("the order in which threads run does not matter to a training step", "[cuda]") {
    context forth{.seed = 5, .threads = 1}, back{.seed = 5, .threads = 2};
    CHECK(test::losses<single>(forth, 3) == test::losses<single>(back, 3));
}

TEST_CASE("replayed steps are the steps, bit for bit: rates, stochastic depth, labels, counts",
          "[cuda]") {
    replays_are_steps<test::unlabelled<single>>();
    replays_are_steps<test::labelled<single>>();
}

TEST_CASE("a replay takes no new memory and launches nothing by itself", "[cuda]") {
    test::training<test::unlabelled<single>> run;
    for (int number = 0; number < 3; ++number) run.stepped(number);
    auto& device = test::emulated::of(run.ctx);
    const std::size_t launches = device.launches, held = device.source.about->used;
    run.stepped(3);
    CHECK(device.launches == launches);
    CHECK(device.source.about->used == held);
}

TEST_CASE("an error of the host's work leaves the model as it was", "[cuda]") {
    test::training<test::unlabelled<single>> run;
    for (int number = 0; number < 4; ++number) run.stepped(number);
    const auto before = run.bits();
    auto rate = [&](context& ctx) {
        bool bad = false;
        const auto values = [](std::span<float> to, const bool* refuse) {
            if (*refuse) throw error("rates", "a rate", "none");
            std::fill(to.begin(), to.end(), 2.0f);
        };
        single sum = backend_traits<single>::full(ctx, {2}, 0);
        graph twice(ctx, test::emulated::of(ctx).new_pool(), [&] {
            backend_traits<single>::assign(
                ctx, sum, add(ctx, sum, step_values<single>(ctx, {2}, values, &bad)));
        });
        twice.replay();
        bad = true;
        CHECK_THROWS_AS(twice.replay(), error);
        bad = false;
        twice.replay();
        return testing::detail::to_doubles(ctx, sum);
    };
    CHECK(rate(run.ctx) == std::vector<double>{4, 4});
    CHECK(run.bits() == before);
}

TEST_CASE("inputs of a recording share no memory with what the step uses before them", "[cuda]") {
    context ctx;
    const single x = backend_traits<single>::full(ctx, {64}, 1);
    single out = backend_traits<single>::full(ctx, {64}, 0);
    float now = 1;
    graph replayed(ctx, test::emulated::of(ctx).new_pool(), [&] {
        single late = x;
        for (int i = 0; i < 4; ++i) late = add(ctx, late, x);
        const single in = step_values<single>(
            ctx, {64},
            [](std::span<float> to, const float* value) {
                std::fill(to.begin(), to.end(), *value);
            },
            &now);
        backend_traits<single>::assign(ctx, out, add(ctx, late, in));
    });
    for (; now < 4; ++now) {
        replayed.replay();
        CHECK(testing::detail::to_doubles(ctx, out) == std::vector<double>(64, 5 + now));
    }
}

TEST_CASE("other transfers and recordings are refused while a step is recorded", "[cuda]") {
    context ctx;
    const single x = backend_traits<single>::full(ctx, {3}, 1);
    single y = backend_traits<single>::full(ctx, {3}, 2);
    std::vector<float> host(3);
    const auto record = [&](const auto& step) {
        graph(ctx, test::emulated::of(ctx).new_pool(), step);
    };
    CHECK_THROWS_WITH(record([&] { backend_traits<single>::from_host(ctx, host, {3}); }),
                      Catch::Contains("captured"));
    CHECK_THROWS_WITH(record([&] { backend_traits<single>::to_host(ctx, x, host); }),
                      Catch::Contains("captured"));
    CHECK_THROWS_WITH(record([&] { record([] {}); }), Catch::Contains("other recording"));
    CHECK_NOTHROW(record([&] {
        backend_traits<single>::assign(ctx, y, x);
        add(ctx, x, y);
    }));
    // Nothing of a recording has run, and the context works as before.
    backend_traits<single>::to_host(ctx, y, host);
    CHECK(host[2] == 2);
}

TEST_CASE("memory that runs out while a step is recorded is an error, not another use of it",
          "[cuda]") {
    context ctx;
    auto& device = test::emulated::of(ctx);
    const auto pool = device.new_pool();
    const auto step = [&] {
        // Blocks of a size are free again when the next, larger one is asked for.
        for (int i = 1; i < 6; ++i) backend_traits<single>::full(ctx, {1000 << i}, 1);
    };
    device.source.about->limit = device.source.about->used + 200'000;
    CHECK_THROWS_WITH(graph(ctx, pool, step), Catch::Contains("no memory left"));
    device.source.about->limit = std::numeric_limits<std::size_t>::max();
    CHECK_NOTHROW(graph(ctx, device.new_pool(), step));
}
