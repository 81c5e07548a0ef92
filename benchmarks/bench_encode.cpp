// Features of clips with every encoder of encode::all, in evaluation mode.
//
// Arguments: width, clips per batch. Counter: clips_per_second.
#include <benchmark/benchmark.h>

#include <string>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/list.hpp"

namespace {

using namespace mgkit;
using tensor_type = eigen::tensor<float>;

template <class Encoder>
void features(benchmark::State& state) {
    context ctx{.threads = 1};
    typename Encoder::settings settings;
    settings.clip = {.channels = 3, .frames = 64, .joints = 41, .persons = 1};
    settings.width = static_cast<int>(state.range(0));
    Encoder model(nn::scope(ctx), settings);
    const extent batch = state.range(1);
    const auto clips = backend_traits<tensor_type>::full(ctx, {batch, 3, 64, 41, 1}, 0.5);
    for (auto _ : state) benchmark::DoNotOptimize(model(ctx, clips));
    state.counters["clips_per_second"] = benchmark::Counter(
        static_cast<double>(batch), benchmark::Counter::kIsIterationInvariantRate);
    state.SetLabel(gemm::default_provider::name);
}

}  // namespace

int main(int count, char** arguments) {
    encode::all<tensor_type>::for_each([](auto tag) {
        using encoder = typename decltype(tag)::type;
        benchmark::RegisterBenchmark(encoder::name, features<encoder>)
            ->Args({64, 1})
            ->Args({256, 1})
            ->Args({256, 64})
            ->ArgNames({"d", "batch"})
            ->Unit(benchmark::kMillisecond);
    });
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
    benchmark::RunSpecifiedBenchmarks();
}
