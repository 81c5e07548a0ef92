// SPDX-License-Identifier: MIT
// What the machine can do at best: products of 4096 x 1024 by 1024 x 1024 by each library that the
// build has found, products of one row, and copies from memory to memory; the ceilings of the other
// rows.
//
// Rows ceiling/product_<type>_t<threads>/<library>: oneDNN, OpenBLAS and Eigen in float, oneDNN in
// bf16 with float sums, factors rounded before. One, two or four pieces of rows a
// thread, whichever the library is fastest in. Where the processor has no bf16 products those rows
// are left out. Rows
// ceiling/copy_t<threads>/memcpy: 512 MB, one piece a thread. Threads: 1 and MGKIT_THREADS (2).
// Rows ceiling/one_row_t<threads>/<provider>: one row by 1024 x 3072, 12 MB that are read once, as
// a step of a large recurrence reads its weight for one clip. Counters: gflops, or
// bytes_per_second, which counts bytes read and written.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "measure.hpp"
#include "mgkit/core/parallel.hpp"

#ifdef MGKIT_BENCH_OPENBLAS
#include <cblas.h>
#endif

namespace {

using namespace mgkit;
using gemm::extent;

void count(benchmark::State& state) {
    state.counters["gflops"] = benchmark::Counter(bench::ceiling_product::rate(1),
                                                  benchmark::Counter::kIsIterationInvariantRate);
}

/// Pieces of rows, as many for a thread as are fastest in a few calls.
template <class Provider, class F>
void repeat(benchmark::State& state, int threads, const gemm::problem<float, F>& whole) {
    std::vector<float> partial;
    const auto in_pieces = [&](int each) {
        bench::run_cut<Provider>(threads, whole, {each * threads, 1, 1}, partial);
    };
    int best = 1;
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 3; ++i)
        for (const int each : {1, 2, 4})
            if (const double spent = bench::seconds_of([&] { in_pieces(each); }); spent < least) {
                least = spent;
                best = each;
            }
    for (auto _ : state) {
        in_pieces(best);
        benchmark::ClobberMemory();
    }
    count(state);
    state.SetLabel(std::to_string(best * threads) + " pieces");
}

template <class Provider>
void product(benchmark::State& state, int threads) {
    bench::ceiling_product f;
    context ctx;
    if constexpr (requires { Provider::rounded(ctx, threads, f.problem()); }) {
        const auto rounded = Provider::rounded(ctx, threads, f.problem());
        repeat<Provider>(state, threads, rounded.product());
    } else {
        repeat<Provider>(state, threads, f.problem());
    }
}

#ifdef MGKIT_BENCH_OPENBLAS
/// OpenBLAS cuts a product over threads of its own.
void openblas(benchmark::State& state, int threads) {
    using size = bench::ceiling_product;
    size f;
    openblas_set_num_threads(threads);
    const auto once = [&] {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size::rows, size::columns,
                    size::depth, 1, f.a.data(), size::depth, f.b.data(), size::columns, 0,
                    f.c.data(), size::columns);
    };
    once();
    for (auto _ : state) {
        once();
        benchmark::ClobberMemory();
    }
    count(state);
}
#endif

void copy(benchmark::State& state, int threads) {
    constexpr std::size_t bytes = std::size_t{1} << 29;
    const std::size_t piece = bytes / static_cast<std::size_t>(threads);
    const auto from = std::make_unique<char[]>(bytes), to = std::make_unique<char[]>(bytes);
    for (auto _ : state) {
        parallel_for(threads, threads, [&](extent i) {
            const std::size_t begin = static_cast<std::size_t>(i) * piece;
            std::memcpy(to.get() + begin, from.get() + begin, piece);
        });
        benchmark::ClobberMemory();
    }
    state.counters["bytes_per_second"] =
        benchmark::Counter(2.0 * bytes, benchmark::Counter::kIsIterationInvariantRate);
}

void one_row(benchmark::State& state, int threads) {
    constexpr extent columns = 3072, depth = 1024;
    const std::vector<float> row(depth, .5f), weight(columns * depth, 1e-3f);
    std::vector<float> out(columns);
    const extent piece = columns / threads;
    for (auto _ : state) {
        parallel_for(threads, threads, [&](extent i) {
            gemm::run<gemm::default_provider>(gemm::problem<float>{
                false, true, 1, piece, depth, row.data(), depth, weight.data() + i * piece * depth,
                depth, 0, out.data() + i * piece, columns});
        });
        benchmark::ClobberMemory();
    }
    state.counters["bytes_per_second"] =
        benchmark::Counter(4.0 * columns * depth, benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace

int main(int count_of_arguments, char** arguments) {
#if defined(MGKIT_GEMM_ONEDNN)
    const bool coarse = bench::has_bf16_products("ceiling/product_bf16");
#endif
    for (const int threads : std::set<int>{1, bench::threads()}) {
        const std::string end = "_t" + std::to_string(threads) + "/";
        const auto add = [&](const std::string& what, void (*run)(benchmark::State&, int)) {
            bench::add(what, [=](benchmark::State& s) { run(s, threads); });
        };
#if defined(MGKIT_GEMM_ONEDNN)
        add("ceiling/product_float" + end + "onednn", product<gemm::onednn>);
        if (coarse) add("ceiling/product_bf16" + end + "onednn", product<gemm::onednn_bf16>);
#endif
#ifdef MGKIT_BENCH_OPENBLAS
        add("ceiling/product_float" + end + "openblas", openblas);
#endif
        add("ceiling/product_float" + end + "eigen", product<gemm::eigen>);
        add("ceiling/one_row" + end + gemm::default_provider::name, one_row);
        add("ceiling/copy" + end + "memcpy", copy);
    }
    return bench::run(count_of_arguments, arguments);
}
