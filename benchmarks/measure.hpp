// SPDX-License-Identifier: MIT
// What the benchmarks share: settings of a run, ceilings, operation counts, names of rows.
//
// Rows are named area/case/variant. The variant `ours` is mgkit; every other variant of the same
// case is a peer that did the same work in the same program. scripts/bench_table.py pairs them.
// Counters that it reads: *_per_second (a rate), ceiling_gflops and fraction.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/embedding.hpp"
#include "products.hpp"
#if defined(MGKIT_GEMM_ONEDNN)
#include "mgkit/backend/eigen_bf16.hpp"
#endif

namespace bench {

/// Threads of the rows that use several: MGKIT_THREADS, else 2.
inline int threads() {
    const char* asked = std::getenv("MGKIT_THREADS");
    return asked ? std::max(1, std::atoi(asked)) : 2;
}

/// Extents of the product whose best rate is the ceiling: [rows, depth] by [depth, columns].
struct ceiling_product {
    static constexpr mgkit::gemm::extent rows = 4096, columns = 1024, depth = 1024;

    std::vector<float> a = std::vector<float>(rows * depth, .5F),
                       b = std::vector<float>(depth * columns, .25F),
                       c = std::vector<float>(rows * columns);

    mgkit::gemm::problem<float> problem() {
        return {false, false,    rows,    columns, depth,    a.data(),
                depth, b.data(), columns, 0,       c.data(), columns};
    }
    static double rate(double seconds) { return 2e-9 * rows * columns * depth / seconds; }
};

/// Best rate in GFLOP/s of several calls of `multiply`, that product in any cutting, and of what
/// was known before: a ceiling taken in a busy moment rises with the next row.
template <class F>
double best_product_rate(double known, F&& multiply) {
    double rate = known;
    for (int i = 0; i < (known == 0 ? 12 : 4); ++i)
        rate = std::max(rate, ceiling_product::rate(seconds_of(multiply)));
    return rate;
}

/// The best that this build's product provider does in pieces of rows, one, two or four a thread,
/// however we ourselves cut products; the best so far for this number of threads.
inline double ceiling(int threads) {
    static std::map<int, double> best;
    ceiling_product product;
    std::vector<float> partial;
    for (const int pieces : {1, 2, 4})
        best[threads] = best_product_rate(best[threads], [&] {
            run_cut<mgkit::gemm::default_provider>(threads, product.problem(),
                                                   {pieces * threads, 1, 1}, partial);
        });
    return best[threads];
}

/// Multiply-adds of the DSTE encoder on one clip (one view), forward, as published.
inline double encoder_work(const mgkit::encode::clip_extents& e, double d) {
    const double t = e.frames, s = e.points(), c = e.channels;
    return 2 * t * s * c * d + (t + s) * d * d + 50 * (t + s) * d * d + 16 * d * (t * t + s * s);
}

/// What is left of them with one head, whose four projections are two, and where branches run on
/// the share `kept` of samples that stochastic depth leaves.
inline double encoder_work_left(const mgkit::encode::clip_extents& e, double d, int heads,
                                double kept) {
    const double t = e.frames, s = e.points(), c = e.channels;
    const double branches = kept * (heads == 1 ? 18 : 24);
    return 2 * t * s * c * d + (t + s) * d * d + 2 * (1 + branches) * (t + s) * d * d +
           (4 + 12 * kept) * d * (t * t + s * s);
}

/// Multiply-adds of one pre-training step per clip, of an encoder that needs `encoder` for a view:
/// four views with projectors, forward and twice that backward. The loss and the elementwise work
/// are not counted.
inline double step_work(double encoder, double d) {
    return 3 * 4 * (encoder + 36 * d * d);
}

/// Counters of a row that did `work` multiply-adds an iteration on `threads` threads.
inline void count_work(benchmark::State& state, double work, int threads) {
    using benchmark::Counter;
    const double done = 2e-9 * work, limit = ceiling(threads);
    state.counters["gflops"] = Counter(done, Counter::kIsIterationInvariantRate);
    state.counters["fraction"] = Counter(done / limit, Counter::kIsIterationInvariantRate);
    state.counters["ceiling_gflops"] = limit;
}

inline void count_clips(benchmark::State& state, double clips) {
    state.counters["clips_per_second"] =
        benchmark::Counter(clips, benchmark::Counter::kIsIterationInvariantRate);
}

/// Registers a row area/case/variant, timed by the clock on the wall.
template <class F>
benchmark::internal::Benchmark* add(const std::string& name, F&& run) {
    return benchmark::RegisterBenchmark(name.c_str(), run)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
}

/// Names rows that this machine cannot do, in one line on stderr, which scripts/bench repeats.
inline void leave_out(const std::string& rows, const std::string& why) {
    std::fprintf(stderr, "left out: %s: %s\n", rows.c_str(), why.c_str());
}

#if defined(MGKIT_GEMM_ONEDNN)
/// Whether this processor has oneDNN's bf16 products; where it has none, names `rows`.
inline bool has_bf16_products(const std::string& rows) {
    try {
        using T = mgkit::eigen::bf16;
        mgkit::context ctx;
        const T a = mgkit::backend_traits<T>::full(ctx, {16, 16}, 1);
        matmul(ctx, a, a);
    } catch (const mgkit::error& refused) {
        leave_out(rows, refused.what());
        return false;
    }
    return true;
}
#endif

/// Runs the registered rows. The results say by what products were computed and on how many
/// threads.
inline int run(int count, char** arguments) {
    benchmark::AddCustomContext("products", mgkit::gemm::default_provider::name);
    benchmark::AddCustomContext("threads", std::to_string(threads()));
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

}  // namespace bench
