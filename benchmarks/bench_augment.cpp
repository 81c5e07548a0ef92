// Augmentation of one clip into four views on one core, beside a plain copy of the same bytes.
//
// Rows augment/<preset or stage>_<scalar>/ours. Counters: clips_per_second; written_and_read counts
// the views written once and, per view, the source read once; ceiling_microseconds is the time of a
// memcpy of as many views, measured in the same run, and fraction its share of ours. The clip and
// its views fit the second-level cache, as in a training loop that consumes them at once.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <string>
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
    const double read = static_cast<double>(std::min(size, source.shape.size()));
    const double bytes = (static_cast<double>(size) + read) * views * sizeof(S);
    const double copy =
        copy_seconds(source.values, destination.data(), std::min(size, source.shape.size()), views);
    state.counters["clips_per_second"] = Counter(1, Counter::kIsIterationInvariantRate);
    state.counters["written_and_read"] = Counter(bytes, Counter::kIsIterationInvariantRate);
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

/// Every entry of augment::all by itself, on flat clips with confidence.
void register_stages() {
    aug::all::for_each([](auto tag) {
        using stage = typename decltype(tag)::type;
        benchmark::RegisterBenchmark(
            ("augment/stage_" + std::string(stage::name) + "/ours").c_str(),
            [](benchmark::State& state) {
                run<float>(state, stage{}, channel_layout::xyc, 64, 41, 1, false);
            })
            ->Unit(benchmark::kMicrosecond);
    });
}

}  // namespace

int main(int count, char** arguments) {
    register_stages();
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
    benchmark::RunSpecifiedBenchmarks();
}
