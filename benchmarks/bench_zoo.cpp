// SPDX-License-Identifier: MIT
// Every encoder of encode::all at its published size (settings_among over published_clip), beside
// the same network written by hand with torch::nn where a build has LibTorch (peers/).
//
// Rows, float:
//   zoo/<encoder>_clip/<variant>  features of one clip, prepared, evaluation mode, one thread
//   zoo/<encoder>_b16/<variant>   the same of 16 clips; clips_per_second
//   zoo/<encoder>_step/<variant>  a step of supervised training on 16 clips (forward, loss,
//                                 backward, SGD with momentum), MGKIT_THREADS threads (2)
// Counters: parameters and gmac (multiply-adds of products on one clip, in 1e9, counted on shapes)
// of the encoder; gflops of these, three times forward for a step, and their fraction of the best
// product by our provider and by at::matmul. The peer has the layout that is faster for it, named
// in its label; features are compared before anything is timed, and the program ends where they
// differ.
#ifdef MGKIT_BENCH_TORCH
#include "peers/torch_run.hpp"
// LibTorch's own headers follow ours.
#include <c10/core/InferenceMode.h>

#include "zoo/layout.hpp"
#include "zoo/theirs.hpp"
#endif

#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "measure.hpp"
#include "zoo/batch.hpp"
#include "zoo/ours.hpp"

namespace {

using mgkit::nn::fact_map;
using tensor_type = mgkit::eigen::tensor<float>;

constexpr int classes = 60, batch = 16;
constexpr double rate = .01;

struct sized_encoder {
    fact_map settings;
    std::size_t clip_values = 1;
    double multiply_adds = 0;

    explicit sized_encoder(const std::string& name)
        : settings(mgkit::encode::complete_settings<mgkit::encode::all<tensor_type>>(
              bench::settings_among<tensor_type>(name, bench::published_clip()), "bench_zoo")),
          multiply_adds(static_cast<double>(bench::multiply_adds_of(settings))) {
        for (const char* axis : {"channels", "frames", "joints", "persons"})
            clip_values *= static_cast<std::size_t>(std::stoi(settings.at(axis)));
    }
    bench::random_batch<float> clips(int rows) const { return {0, rows, clip_values, classes}; }
};

void count(benchmark::State& state, const sized_encoder& of, double work, int rows, int threads) {
    bench::count_clips(state, rows);
#ifdef MGKIT_BENCH_TORCH
    bench::count_work_beside_torch(state, work, threads);
#else
    bench::count_work(state, work, threads);
#endif
    state.counters["gmac"] = 1e-9 * of.multiply_adds;
}

/// Features of `rows` clips by ours.
void ours(benchmark::State& state, const sized_encoder& of, int rows) {
#ifdef MGKIT_BENCH_TORCH
    bench::set_torch_threads(1);
#endif
    mgkit::context ctx{.seed = 1, .threads = 1};
    auto model = mgkit::encode::make_encoder<tensor_type>(mgkit::nn::scope(ctx), of.settings);
    const mgkit::nn::prepared ready(ctx, model);
    bench::ours_classifier<tensor_type> shape_only(of.settings, classes, 1, 1);
    const tensor_type clips =
        shape_only.on_device(of.clips(rows).clips, static_cast<std::size_t>(rows));
    benchmark::DoNotOptimize(ready(ctx, clips));
    for (auto _ : state) benchmark::DoNotOptimize(ready(ctx, clips));
    count(state, of, of.multiply_adds * rows, rows, 1);
    state.counters["parameters"] = static_cast<double>(mgkit::nn::parameter_count(model));
}

void our_step(benchmark::State& state, const sized_encoder& of) {
#ifdef MGKIT_BENCH_TORCH
    bench::set_torch_threads(bench::threads());
#endif
    bench::ours_classifier<tensor_type> model(of.settings, classes, bench::threads(), 1);
    const auto now = of.clips(batch);
    model.step(now.clips, now.labels, rate);
    for (auto _ : state) model.step(now.clips, now.labels, rate);
    count(state, of, 3 * of.multiply_adds * batch, batch, bench::threads());
}

#ifdef MGKIT_BENCH_TORCH
using peer_type = bench::peer_classifier<float>;

void torch_nn(benchmark::State& state, const sized_encoder& of, int rows) {
    bench::set_torch_threads(1);
    const c10::InferenceMode nothing_recorded;
    const auto now = of.clips(rows);
    const auto features = [&](peer_type& m) {
        benchmark::DoNotOptimize(
            m.model->backbone->forward(m.on_device(now.clips, static_cast<std::size_t>(rows))));
    };
    const auto model = bench::faster_layout<peer_type>(
        bench::peer_settings(of.settings),
        [&](peer_type& m) {
            m.model->eval();
            features(m);
        },
        classes);
    for (auto _ : state) features(*model);
    count(state, of, of.multiply_adds * rows, rows, 1);
    bench::name_layout(state, model->settings);
}

void torch_step(benchmark::State& state, const sized_encoder& of) {
    bench::set_torch_threads(bench::threads());
    const auto now = of.clips(batch);
    const auto step = [&](peer_type& m) { m.step(now.clips, now.labels, rate); };
    const auto model =
        bench::faster_layout<peer_type>(bench::peer_settings(of.settings), step, classes);
    for (auto _ : state) step(*model);
    count(state, of, 3 * of.multiply_adds * batch, batch, bench::threads());
    bench::name_layout(state, model->settings);
}

/// Whether both give the same scores in evaluation mode from the same weights.
bool same_scores(const sized_encoder& of) {
    bench::set_torch_threads(1);
    bench::ours_classifier<tensor_type> mine(of.settings, classes, 1, 1);
    peer_type other(bench::peer_settings(of.settings), classes);
    peer::set_values(*other.model, mine.values());
    const auto now = of.clips(2);
    const auto a = mine.scores(now.clips, 2), b = other.scores(now.clips, 2);
    double gap = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        gap = std::max(gap, std::abs(static_cast<double>(a[i]) - b.at(i)));
        size = std::max(size, std::abs(static_cast<double>(b[i])));
    }
    const bool same = gap <= 1e-3 * size;
    std::fprintf(stderr, "%s: scores of %s apart by %.1e\n",
                 same ? "same scores" : "NOT THE SAME SCORES", of.settings.at("encoder").c_str(),
                 gap / size);
    return same;
}
#endif

}  // namespace

int main(int count_of_arguments, char** arguments) {
    std::vector<std::string> names;
    mgkit::encode::all<tensor_type>::for_each(
        [&names](auto tag) { names.emplace_back(decltype(tag)::type::name); });
#ifdef MGKIT_BENCH_TORCH
    bench::name_torch();
#endif
    for (const std::string& name : names) {
        const auto of = std::make_shared<const sized_encoder>(name);
        const std::string row = "zoo/" + name + "_";
        for (const int rows : {1, batch})
            bench::add(row + (rows == 1 ? "clip" : "b16") + "/ours",
                       [of, rows](benchmark::State& s) { ours(s, *of, rows); });
        bench::add(row + "step/ours", [of](benchmark::State& s) { our_step(s, *of); });
#ifdef MGKIT_BENCH_TORCH
        if (!peer::has_peer(name)) continue;
        if (!same_scores(*of)) return 1;
        for (const int rows : {1, batch})
            bench::add(row + (rows == 1 ? "clip" : "b16") + "/torch_nn",
                       [of, rows](benchmark::State& s) { torch_nn(s, *of, rows); });
        bench::add(row + "step/torch_nn", [of](benchmark::State& s) { torch_step(s, *of); });
#endif
    }
    return bench::run(count_of_arguments, arguments);
}
