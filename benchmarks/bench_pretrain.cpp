// One pre-training step (forward of four views, loss, backward, Adam) against the ceiling of matrix
// products measured in the same run.
//
// Counters: clips_per_second; gflops, from the multiply-adds of the model's formula times 2,
// forward and twice that backward; fraction_of_gemm_peak, of the best product in MeasureCeiling.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/train/adam.hpp"

namespace {

using namespace mgkit;
using tensor_type = eigen::tensor<float>;
using views = augment::n_views<4, augment::reference>;
using model_type = pretext::decorrelation<tensor_type, encode::dste<tensor_type>, views>;

int threads() {
    const char* asked = std::getenv("MGKIT_THREADS");
    return asked ? std::max(1, std::atoi(asked)) : 2;
}

/// Best rate of a 4096 x 1024 x 1024 product by this build's provider, in GFLOP/s.
double ceiling() {
    static const double best = [] {
        context ctx{.threads = threads()};
        const auto a = backend_traits<tensor_type>::full(ctx, {4096, 1024}, 0.5);
        const auto b = backend_traits<tensor_type>::full(ctx, {1024, 1024}, 0.25);
        double rate = 0;
        for (int i = 0; i < 12; ++i) {
            const auto start = std::chrono::steady_clock::now();
            benchmark::DoNotOptimize(matmul(ctx, a, b));
            const double seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            rate = std::max(rate, 2.0 * 4096 * 1024 * 1024 / seconds * 1e-9);
        }
        return rate;
    }();
    return best;
}

/// Multiply-adds of one view's forward pass: embedding, layers, projectors.
double multiply_adds(const encode::clip_extents& e, double d) {
    const double t = e.frames, s = e.points(), c = e.channels;
    return 2 * t * s * c * d + (t + s) * d * d + 50 * (t + s) * d * d + 16 * d * (t * t + s * s) +
           36 * d * d;
}

void pretrain_step(benchmark::State& state) {
    const encode::clip_extents extents{.channels = 3, .frames = 64, .joints = 25, .persons = 2};
    const int width = static_cast<int>(state.range(0)), batch = static_cast<int>(state.range(1));
    context ctx{.seed = 1, .threads = threads(), .training = true};
    model_type model(nn::scope(ctx), encode::dste_settings{.clip = extents, .width = width});
    train::updater<tensor_type, train::adam> update(ctx, model, train::adam{});
    const shape stacked{4 * batch, 3, 64, 25, 2};
    std::vector<float> values(static_cast<std::size_t>(stacked.elements()));
    random_stream draws(random_key{7}, "bench");
    for (float& v : values) v = static_cast<float>(draws.uniform(-1, 1));
    ctx.rows.clear();
    for (std::uint32_t k = 0; k < 4; ++k)
        for (int i = 0; i < batch; ++i) ctx.rows.push_back({static_cast<std::uint32_t>(i), k});
    const auto step = [&] {
        const recording<tensor_type> record(ctx);
        const variable<tensor_type> clips{
            backend_traits<tensor_type>::from_host(ctx, values, stacked)};
        const auto loss = model(ctx, pretext::batch<variable<tensor_type>>{clips, {}}).loss;
        nn::zero_gradients(model);
        backward(ctx, loss);
        update.step(ctx, model, 5e-4);
        ++ctx.epoch;
    };
    step();
    for (auto _ : state) step();
    const double clips = static_cast<double>(state.iterations()) * batch;
    state.counters["clips_per_second"] = benchmark::Counter(clips, benchmark::Counter::kIsRate);
    const double work = 2e-9 * 3 * 4 * multiply_adds(extents, width) * clips;
    state.counters["gflops"] = benchmark::Counter(work, benchmark::Counter::kIsRate);
    state.counters["fraction_of_gemm_peak"] =
        benchmark::Counter(work / ceiling(), benchmark::Counter::kIsRate);
    state.counters["gemm_peak_gflops"] = ceiling();
    state.SetLabel(gemm::default_provider::name);
}
BENCHMARK(pretrain_step)
    ->Args({64, 32})
    ->Args({128, 32})
    ->Args({256, 32})
    ->ArgNames({"d", "batch"})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
