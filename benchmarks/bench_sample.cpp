// SPDX-License-Identifier: MIT
// Sampling intervals from a recording: candidates per second, which must not depend on how long
// the candidates are, and overlap with the truth under shifts. Rows sample/<work>/ours.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "mgkit/clip/prior_sampler.hpp"
#include "mgkit/metric/iod.hpp"

namespace {

using namespace mgkit;

constexpr int frames = 62'000;  // the longest interview of the corpus, 2,480 s
constexpr double fps = 25;

/// Hidden for one second about every minute.
clip::visibility hidden_now_and_then() {
    std::vector<bool> seen(frames, true);
    random_stream stream(random_key{.seed = 3}, "bench");
    for (int k = 0; k < frames / 1500; ++k) {
        const auto start = stream.below(frames - 25);
        for (std::uint32_t t = 0; t < 25; ++t) seen[start + t] = false;
    }
    return clip::visibility(seen);
}

/// Argument: duration in milliseconds. All candidates of a run have it.
void candidates(benchmark::State& state) {
    const auto seen = hidden_now_and_then();
    const auto prior =
        clip::duration_prior::from_durations({static_cast<double>(state.range(0)) / 1000});
    const clip::prior_sampler sampler{.quota = 50, .budget = 100'000};
    clip::sample_audit audit(prior);
    std::uint32_t epoch = 0;
    for (auto _ : state) {
        const auto clips = sampler.sample(seen, fps, prior, {.seed = 1, .epoch = epoch++}, audit);
        benchmark::DoNotOptimize(clips.data());
    }
    state.counters["candidates_per_second"] =
        benchmark::Counter(static_cast<double>(audit.candidates()), benchmark::Counter::kIsRate);
    state.counters["clips_per_recording"] =
        static_cast<double>(audit.clips()) / static_cast<double>(audit.recordings);
}
BENCHMARK(candidates)
    ->Name("sample/candidates/ours")
    ->ArgName("ms")
    ->Arg(200)
    ->Arg(2'000)
    ->Arg(20'000)
    ->Arg(80'000);

/// Finding the visible runs of a recording: five anchors.
void visible_runs(benchmark::State& state) {
    skeleton::pose<float> poses({skeleton::channel_layout::xyc, frames, 41, 1}, frames);
    const auto view = poses.view();
    for (int t = 0; t < frames; ++t)
        for (int v = 0; v < 41; ++v) view.at(2, t, v) = 0.9f;
    const std::vector<int> anchors{1, 2, 3, 4, 5};
    for (auto _ : state) {
        const auto seen = clip::visible_frames<float>(view, anchors, 0.3);
        benchmark::DoNotOptimize(seen.whole(0, frames));
    }
    state.counters["frames_per_second"] = benchmark::Counter(
        static_cast<double>(state.iterations()) * frames, benchmark::Counter::kIsRate);
}
BENCHMARK(visible_runs)->Name("sample/visible_runs/ours")->Unit(benchmark::kMicrosecond);

/// Overlap of 50 clips with 39 gestures under 1,000 shifts.
void overlap_and_chance(benchmark::State& state) {
    random_stream stream(random_key{.seed = 4}, "bench");
    std::vector<data::segment> clips, truth;
    for (int k = 0; k < 50; ++k) {
        const int start = k * (frames / 50) + static_cast<int>(stream.below(1000));
        clips.push_back({start, start + 62, -1, 0});
    }
    for (int k = 0; k < 39; ++k) {
        const int start = k * (frames / 39) + static_cast<int>(stream.below(1000));
        truth.push_back({start, start + 62, 0, 0});
    }
    for (auto _ : state) {
        metric::iod overlap({.shifts = 1000});
        overlap.add(frames, clips, truth, {}, 0);
        benchmark::DoNotOptimize(overlap.report().mean.value);
    }
    state.counters["shifts_per_second"] = benchmark::Counter(
        static_cast<double>(state.iterations()) * 1000, benchmark::Counter::kIsRate);
}
BENCHMARK(overlap_and_chance)
    ->Name("sample/overlap_and_chance/ours")
    ->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
