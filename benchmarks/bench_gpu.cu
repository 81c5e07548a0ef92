// SPDX-License-Identifier: MIT
// Whole pre-training steps on a GPU as train::fit runs them: one captured graph a step, clips sent
// from the host, loss, Adam; views are given, not made.
//
// Rows gpu/d<width>_h<heads>_b<batch>/ours_bf16. Counters: clips_per_second; gflops, from the
// multiply-adds that are done (one head needs fewer than published) times 2, forward and twice that
// backward; fraction of ceiling_gflops, the best product of 8192 x 8192 by 8192 x 8192 in bf16;
// memory_gib, all that the step's memory pools hold. Without a GPU the program says so and ends
// with code 77.
#include <cstdio>
#include <string>

#include "measure.hpp"
#include "mgkit/backend/cuda.hpp"
#include "mgkit/train/step.hpp"
#include "pretrain_step.hpp"

namespace {

using namespace mgkit;
using T = cuda::tensor<cuda::bf16>;

/// GFLOP/s of a large product of random factors (constant ones draw less power), the best so far.
double ceiling() {
    constexpr extent n = 8192;
    static double best = 0;
    context ctx;
    std::vector<float> values(n * n);
    random_stream draws(random_key{3}, "ceiling");
    for (float& v : values) v = static_cast<float>(draws.uniform(-1, 1));
    const T a =
        cuda::as(ctx, backend_traits<T>::from_host(ctx, values, {1, n, n}), cuda::grain::coarse);
    T c(ctx, a.extents(), cuda::grain::coarse);
    const auto& device = cuda::gpu::of(ctx).device();
    for (int i = 0; i < 12; ++i) {
        device.wait("before a product");
        const auto start = std::chrono::steady_clock::now();
        cuda::multiply<T>(ctx, {false, true, n, n, n, a.in(), n, 0, a.in(), n, 0, c.out(), n, 0});
        device.wait("a product");
        const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
        best = std::max(best, 2e-9 * static_cast<double>(n) * n * n / spent.count());
    }
    return best;
}

void add(int width, int heads, int batch) {
    bench::add(text("gpu/d", width, "_h", heads, "_b", batch, "/ours_bf16"), [=](benchmark::State&
                                                                                     state) {
        using benchmark::Counter;
        bench::pretraining<T> work({.clip = bench::clip, .width = width, .heads = heads}, batch,
                                   bench::threads());
        train::stepper<T> step(work.model, work.update);
        const auto& e = bench::clip;
        train::host_batch views(
            {{"clips", train::field_type::real, {e.channels, e.frames, e.joints, e.persons}, 4}});
        views.start(batch);
        std::copy(work.values.begin(), work.values.end(), views.reals("clips").begin());
        views.identities = work.ctx.rows;
        const auto once = [&] {
            step(work.ctx, views, 5e-4);
            ++work.ctx.epoch;
        };
        for (int i = 0; i < 4; ++i) once();  // two as they are, one recorded
        for (auto _ : state) once();
        const double gflops = 2e-9 * work.work, limit = ceiling();
        bench::count_clips(state, batch);
        state.counters["gflops"] = Counter(gflops, Counter::kIsIterationInvariantRate);
        state.counters["fraction"] = Counter(gflops / limit, Counter::kIsIterationInvariantRate);
        state.counters["ceiling_gflops"] = limit;
        state.counters["memory_gib"] =
            static_cast<double>(cuda::gpu::of(work.ctx).reserved()) / (1 << 30);
    });
}

}  // namespace

int main(int count, char** arguments) {
    try {
        context ctx;
        cuda::gpu::of(ctx);
    } catch (const no_device& none) {
        std::fprintf(stderr, "%s\n", none.what());
        return 77;
    }
    add(1024, 1, 256);
    add(1024, 1, 1024);
    add(128, 4, 128);
    return bench::run(count, arguments);
}
