// SPDX-License-Identifier: MIT
// Augmentation of clips into four views on one core, beside a plain copy of the same bytes and,
// where a build has it, the same arithmetic written with LibTorch's operations.
//
// Rows augment/<preset>_<scalar>/<variant>: one clip and its views, which fit the second-level
// cache, as in a training loop that consumes them at once. Rows augment/stream_<preset>_float/ours:
// a gigabyte of clips in turn, their views into a gigabyte that nobody reads. Counters:
// clips_per_second; bytes_per_second counts the clip read once and the views written once. Ceiling
// and fraction: in cache, the time of a memcpy of as many views; from memory, the rate of a memcpy
// of all clips, bytes read and written; measured in the same run. Rows augment/<entry of
// augment::all>_alone_<frames>/<ours or memcpy>: one view beside a copy of the clip, of 64 frames,
// 41 joints, xyc, and of 300 frames, 25 joints, two persons, xyz; other joints where a stage is for
// another skeleton. Before anything is timed, our views and LibTorch's are compared.
#ifdef MGKIT_BENCH_TORCH
#include "peers/augment_torch.hpp"
#include "peers/torch_version.hpp"
// LibTorch's own headers follow ours.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#endif

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "mgkit/augment/list.hpp"

namespace {

using namespace mgkit;
namespace aug = mgkit::augment;
using skeleton::channel_layout;

constexpr std::size_t views = 4;

template <class S>
skeleton::pose<S> moving_clip(channel_layout layout, int frames, int joints, int persons) {
    skeleton::pose<S> clip({layout, frames, joints, persons}, frames);
    random_stream stream({.seed = 5}, "bench");
    const auto view = clip.view();
    for (std::size_t i = 0; i < view.shape.size(); ++i)
        view.values[i] = static_cast<S>(.5 + .5 * stream.uniform());
    return clip;
}

/// Seconds for one copy of `count` blocks of `size` values each, the best of several.
template <class S>
double copy_seconds(const S* source, S* destination, std::size_t size, std::size_t count) {
    using clock = std::chrono::steady_clock;
    double best = 1;
    for (int trial = 0; trial < 50; ++trial) {
        constexpr int rounds = 20;
        const auto start = clock::now();
        for (int round = 0; round < rounds; ++round) {
            for (std::size_t k = 0; k < count; ++k)
                std::memcpy(destination + k * size, source, size * sizeof(S));
            benchmark::ClobberMemory();
        }
        const std::chrono::duration<double> spent = clock::now() - start;
        best = std::min(best, spent.count() / rounds);
    }
    return best;
}

template <class S, class A>
void run(benchmark::State& state, const A& policy, channel_layout layout, int frames, int joints,
         int persons, bool plans_ahead) {
    const auto clip = moving_clip<S>(layout, frames, joints, persons);
    const auto source = clip.view();
    const aug::n_views<views, A> four{policy};
    aug::workspace<S> work;
    const auto info = work.describe(source, aug::uses_confidence<A>());
    const std::size_t size = four.shape(info).size();
    std::vector<S> destination(views * size);
    random_key key{.seed = 11};
    std::vector<typename aug::n_views<views, A>::plan> plans;
    for (key.clip = 0; key.clip < 256; ++key.clip) plans.push_back(four.draw(key, info));

    const std::clock_t start = std::clock();
    for (auto _ : state) {
        ++key.clip;
        if (plans_ahead)
            four.apply(plans[key.clip % plans.size()], source, destination, work);
        else
            four(key, source, destination, work);
        benchmark::DoNotOptimize(destination.data());
        benchmark::ClobberMemory();
    }
    const double spent = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    using benchmark::Counter;
    const double bytes =
        static_cast<double>(views * size + std::min(size, source.shape.size())) * sizeof(S);
    const double copy =
        copy_seconds(source.values, destination.data(), std::min(size, source.shape.size()), views);
    state.counters["clips_per_second"] = Counter(1, Counter::kIsIterationInvariantRate);
    state.counters["bytes_per_second"] = Counter(bytes, Counter::kIsIterationInvariantRate);
    state.counters["ceiling_microseconds"] = copy * 1e6;
    state.counters["fraction"] = copy * static_cast<double>(state.iterations()) / spent;
}

template <class S>
void reference_64(benchmark::State& state) {
    run<S>(state, aug::reference_preset(64), channel_layout::xyz, 64, 25, 2, false);
}
template <class S>
void reference_16(benchmark::State& state) {
    run<S>(state, aug::reference_preset(16), channel_layout::xyz, 64, 25, 2, false);
}
template <class S>
void reference_16_plans_ahead(benchmark::State& state) {
    run<S>(state, aug::reference_preset(16), channel_layout::xyz, 64, 25, 2, true);
}
template <class S>
void reference_300_frames(benchmark::State& state) {
    run<S>(state, aug::reference_preset(64), channel_layout::xyz, 300, 25, 2, false);
}
template <class S>
void mg_fm_flat(benchmark::State& state) {
    run<S>(state, aug::mg_fm_preset(), channel_layout::xyc, 64, 41, 1, false);
}

/// A gigabyte of clips of 64 frames, 25 joints and 2 persons, and a gigabyte for their views.
struct far_memory {
    static constexpr skeleton::pose_shape shape{channel_layout::xyz, 64, 25, 2};
    static constexpr std::size_t size = 3 * 64 * 50, clips = (std::size_t{1} << 28) / size;
    static constexpr std::size_t slots = clips / views;

    std::vector<float> source = std::vector<float>(clips * size);
    std::vector<float> memory = std::vector<float>(slots * views * size + 16, 1.0F);
    std::span<float> written = lines_of(memory);
    double copy_rate = 0;  ///< bytes read and written a second

    far_memory() {
        for (std::size_t i = 0; i < source.size(); ++i)
            source[i] = static_cast<float>(i % 8191) / 8192;
    }
    skeleton::pose_view<const float> clip(std::size_t i) const {
        return {source.data() + i % clips * size, shape, shape.frames};
    }
    std::span<float> views_of(std::size_t i) {
        return written.subspan(i % slots * views * size, views * size);
    }
    /// From the first cache line on.
    static std::span<float> lines_of(std::vector<float>& all) {
        const std::size_t past = reinterpret_cast<std::uintptr_t>(all.data()) % 64 / sizeof(float);
        return std::span(all).subspan((16 - past) % 16, slots * views * size);
    }
    void measure_copy() {
        using clock = std::chrono::steady_clock;
        const std::size_t bytes = written.size_bytes();
        for (int trial = 0; trial < 3; ++trial) {
            const auto start = clock::now();
            std::memcpy(written.data(), source.data(), bytes);
            benchmark::ClobberMemory();
            const std::chrono::duration<double> spent = clock::now() - start;
            copy_rate = std::max(copy_rate, 2 * static_cast<double>(bytes) / spent.count());
        }
    }
};

/// Argument: shortest crop.
void stream(benchmark::State& state) {
    static far_memory memory;
    const aug::n_views<views, aug::reference> four{
        aug::reference_preset(static_cast<int>(state.range(0)))};
    aug::workspace<float> work;
    work.past_caches = true;
    random_key key{.seed = 12};
    memory.measure_copy();
    for (auto _ : state) {
        four(key, memory.clip(key.clip), memory.views_of(key.clip), work);
        ++key.clip;
    }
    using benchmark::Counter;
    const double bytes = static_cast<double>((1 + views) * far_memory::size * sizeof(float));
    state.counters["clips_per_second"] = Counter(1, Counter::kIsIterationInvariantRate);
    state.counters["bytes_per_second"] = Counter(bytes, Counter::kIsIterationInvariantRate);
    state.counters["ceiling_bytes_per_second"] = memory.copy_rate;
    state.counters["fraction"] =
        Counter(bytes / memory.copy_rate, Counter::kIsIterationInvariantRate);
}
BENCHMARK(stream)
    ->Name("augment/stream_reference_float/ours")
    ->ArgName("crop")
    ->Arg(64)
    ->Arg(16)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

#ifdef MGKIT_BENCH_TORCH
using four_references = aug::n_views<views, aug::reference>;

/// Whether 256 clips get the same views from ours and from LibTorch's operations.
bool same_views(int min_crop, int frames) {
    const c10::InferenceMode nothing_recorded;
    const auto clip = moving_clip<float>(channel_layout::xyz, frames, 25, 2);
    const four_references four{aug::reference_preset(min_crop)};
    aug::workspace<float> work;
    std::vector<float> mine(four.shape(work.describe(clip.view())).size() * views), theirs = mine;
    random_key key{.seed = 11};
    double gap = 0;
    for (key.clip = 0; key.clip < 256; ++key.clip) {
        four(key, clip.view(), mine, work);
        peer::views_of(four, key, clip.view(), theirs.data());
        for (std::size_t i = 0; i < mine.size(); ++i)
            gap = std::max(gap, std::abs(static_cast<double>(mine[i]) - theirs[i]));
    }
    const bool same = gap < 1e-5;
    std::fprintf(stderr, "%s: %d frames, crops from %d, apart by %.1e\n",
                 same ? "same views" : "NOT THE SAME VIEWS", frames, min_crop, gap);
    return same;
}

void torch_ops(benchmark::State& state, int min_crop, int frames) {
    const c10::InferenceMode nothing_recorded;
    at::set_num_threads(1);
    const auto clip = moving_clip<float>(channel_layout::xyz, frames, 25, 2);
    const four_references four{aug::reference_preset(min_crop)};
    std::vector<float> destination(views * far_memory::size);
    random_key key{.seed = 11};
    for (auto _ : state) {
        ++key.clip;
        peer::views_of(four, key, clip.view(), destination.data());
        benchmark::ClobberMemory();
    }
    state.counters["clips_per_second"] =
        benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(torch_ops, 64, 64, 64)
    ->Name("augment/reference_64_float/torch_ops")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(torch_ops, 16, 16, 64)
    ->Name("augment/reference_16_float/torch_ops")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(torch_ops, 300, 64, 300)
    ->Name("augment/reference_300_frames_float/torch_ops")
    ->Unit(benchmark::kMicrosecond);
#endif

BENCHMARK_TEMPLATE(reference_64, float)
    ->Name("augment/reference_64_float/ours")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(reference_16, float)
    ->Name("augment/reference_16_float/ours")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(reference_16_plans_ahead, float)
    ->Name("augment/reference_16_plans_ahead_float/ours")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(reference_300_frames, float)
    ->Name("augment/reference_300_frames_float/ours")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(mg_fm_flat, float)
    ->Name("augment/mg_fm_flat_float/ours")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(reference_16, double)
    ->Name("augment/reference_16_double/ours")
    ->Unit(benchmark::kMicrosecond);

/// 41, or those of the skeleton that a stage is for.
template <class A>
constexpr int joints_for() {
    if constexpr (requires { typename A::skeleton; })
        return skeleton::joint_count(typename A::skeleton{});
    else
        return 41;
}

/// The name of an entry of augment::all; of presets and compositions that share one, their type's.
template <class A>
std::string name_of() {
    if constexpr (std::is_same_v<A, aug::reference>) return "reference";
    if constexpr (std::is_same_v<A, aug::mg_fm>) return "mg_fm";
    if constexpr (std::is_same_v<A, aug::mg_gestures>) return "mg_gestures";
    if constexpr (std::is_same_v<A, aug::skeletonclr>) return "skeletonclr";
    if constexpr (std::is_same_v<A, aug::aimclr_extreme>) return "aimclr_extreme";
    if constexpr (std::is_same_v<A, aug::prior>) return "prior";
    if constexpr (std::is_same_v<A, aug::with_probability<aug::speed_jitter>>)
        return "with_probability";
    return std::string(A::name);
}

/// Joints of the skeleton that a stage is for, else `otherwise`.
template <class A>
constexpr int joints_for(int otherwise) {
    if constexpr (requires { typename A::skeleton; })
        return skeleton::joint_count(typename A::skeleton{});
    else
        return otherwise;
}

/// One view of one clip, its draws included.
template <class A>
void one_view(benchmark::State& state, const skeleton::pose_shape& shape) {
    const auto clip = moving_clip<float>(shape.layout, shape.frames, shape.joints, shape.persons);
    const aug::n_views<1, A> one{A{}};
    aug::workspace<float> work;
    std::vector<float> destination(one.shape(work.describe(clip.view())).size());
    random_key key{.seed = 11};
    for (auto _ : state) {
        ++key.clip;
        one(key, clip.view(), destination, work);
        benchmark::ClobberMemory();
    }
}

void copy(benchmark::State& state, const skeleton::pose_shape& shape) {
    const auto clip = moving_clip<float>(shape.layout, shape.frames, shape.joints, shape.persons);
    std::vector<float> destination(shape.size());
    for (auto _ : state) {
        std::memcpy(destination.data(), clip.view().values, shape.size() * sizeof(float));
        benchmark::ClobberMemory();
    }
    state.counters["bytes_per_second"] =
        benchmark::Counter(static_cast<double>(shape.size() * sizeof(float)),
                           benchmark::Counter::kIsIterationInvariantRate);
}

/// Every entry of augment::all by itself, beside a copy of the clip's bytes.
void register_stages() {
    aug::all::for_each([](auto tag) {
        using stage = typename decltype(tag)::type;
        for (const skeleton::pose_shape& shape :
             {skeleton::pose_shape{channel_layout::xyc, 64, joints_for<stage>(41), 1},
              skeleton::pose_shape{channel_layout::xyz, 300, joints_for<stage>(25), 2}}) {
            const std::string row =
                "augment/" + name_of<stage>() + "_alone_" + std::to_string(shape.frames) + "/";
            const auto add = [&](const char* variant,
                                 void (*run)(benchmark::State&, const skeleton::pose_shape&)) {
                benchmark::RegisterBenchmark((row + variant).c_str(),
                                             [=](benchmark::State& state) { run(state, shape); })
                    ->MinTime(.05)
                    ->Unit(benchmark::kMicrosecond);
            };
            add("ours", one_view<stage>);
            add("memcpy", copy);
        }
    });
}

}  // namespace

int main(int count, char** arguments) {
    register_stages();
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
#ifdef MGKIT_BENCH_TORCH
    bench::name_torch();
    if (!same_views(64, 64) || !same_views(16, 64) || !same_views(64, 300)) return 1;
#endif
    benchmark::RunSpecifiedBenchmarks();
}
