// SPDX-License-Identifier: MIT
// Digests of clips in memory on one core, beside reading the same bytes once (a sum of their
// words). Counter: bytes_per_second.
#include <cstdint>
#include <span>
#include <vector>

#include "measure.hpp"
#include "mgkit/core/digest.hpp"

namespace {

std::vector<std::uint64_t> content() {
    std::vector<std::uint64_t> out(std::size_t{1} << 23);  // 64 MiB: beyond the caches
    std::uint64_t state = 1;
    for (auto& word : out) word = state = state * 6364136223846793005u + 1442695040888963407u;
    return out;
}

template <class F>
void run(benchmark::State& state, const F& read) {
    const auto words = content();
    for (auto _ : state) benchmark::DoNotOptimize(read(words));
    state.counters["bytes_per_second"] =
        benchmark::Counter(static_cast<double>(words.size() * sizeof(words[0])),
                           benchmark::Counter::kIsIterationInvariantRate);
}

void ours(benchmark::State& state) {
    run(state, [](const auto& words) {
        return mgkit::digest().add(std::span<const std::uint64_t>(words)).words()[0];
    });
}
void read_once(benchmark::State& state) {
    run(state, [](const auto& words) {
        std::uint64_t sum = 0;
        for (const auto word : words) sum += word;
        return sum;
    });
}

BENCHMARK(ours)->Name("digest/64MiB/ours");
BENCHMARK(read_once)->Name("digest/64MiB/read");

}  // namespace

BENCHMARK_MAIN();
