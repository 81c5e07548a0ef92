// What the machine can do at best: products of 4096 x 1024 by 1024 x 1024 by each library that the
// build has found, and copies from memory to memory; the ceilings of the other rows.
//
// Rows ceiling/product_<type>_t<threads>/<library>: oneDNN, OpenBLAS and Eigen in float, oneDNN in
// bf16 with float sums, factors rounded before. One piece of rows a thread. Rows
// ceiling/copy_t<threads>/memcpy: 512 MB, one piece a thread. Threads: 1 and MGKIT_THREADS (2).
// Counters: gflops, or bytes_per_second, which counts bytes read and written.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "measure.hpp"
#include "mgkit/core/parallel.hpp"

#if defined(MGKIT_GEMM_ONEDNN)
#include "mgkit/backend/eigen_bf16.hpp"
#endif
#ifdef MGKIT_BENCH_OPENBLAS
#include <cblas.h>
#endif

namespace {

using namespace mgkit;
using gemm::extent;

constexpr extent rows = 4096, columns = 1024, depth = 1024;

struct factors {
    std::vector<float> a = std::vector<float>(rows * depth, .5F);
    std::vector<float> b = std::vector<float>(depth * columns, .25F);
    std::vector<float> c = std::vector<float>(rows * columns);

    gemm::problem<float> product() {
        return {false, false,    rows,    columns, depth,    a.data(),
                depth, b.data(), columns, 0,       c.data(), columns};
    }
};

/// Rows of the result in as many pieces as threads, each by `multiply(problem)`.
template <class F, class Multiply>
void in_pieces(int threads, const gemm::problem<float, F>& whole, Multiply&& multiply) {
    const extent size = (whole.m + threads - 1) / threads;
    parallel_for(threads, threads, [&](extent i) {
        gemm::problem<float, F> piece = whole;
        piece.m = std::min(size, whole.m - i * size);
        piece.a += i * size * whole.lda;
        piece.c += i * size * whole.ldc;
        multiply(piece);
    });
}

void count(benchmark::State& state) {
    state.counters["gflops"] = benchmark::Counter(2e-9 * rows * columns * depth,
                                                  benchmark::Counter::kIsIterationInvariantRate);
}

template <class Provider, class F>
void repeat(benchmark::State& state, int threads, const gemm::problem<float, F>& whole) {
    const auto once = [&] {
        in_pieces(threads, whole, [](const auto& piece) { gemm::run<Provider>(piece); });
    };
    once();
    for (auto _ : state) {
        once();
        benchmark::ClobberMemory();
    }
    count(state);
}

template <class Provider>
void product(benchmark::State& state, int threads) {
    factors f;
    if constexpr (requires { Provider::rounded(threads, f.product()); }) {
        const auto rounded = Provider::rounded(threads, f.product());
        repeat<Provider>(state, threads, rounded.product());
    } else {
        repeat<Provider>(state, threads, f.product());
    }
}

#ifdef MGKIT_BENCH_OPENBLAS
/// OpenBLAS cuts a product over threads of its own.
void openblas(benchmark::State& state, int threads) {
    factors f;
    openblas_set_num_threads(threads);
    const auto once = [&] {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, depth, 1, f.a.data(),
                    depth, f.b.data(), columns, 0, f.c.data(), columns);
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

}  // namespace

int main(int count_of_arguments, char** arguments) {
    for (const int threads : std::set<int>{1, bench::threads()}) {
        const std::string end = "_t" + std::to_string(threads) + "/";
        const auto add = [&](const std::string& what, void (*run)(benchmark::State&, int)) {
            bench::add(what, [=](benchmark::State& s) { run(s, threads); });
        };
#if defined(MGKIT_GEMM_ONEDNN)
        add("ceiling/product_float" + end + "onednn", product<gemm::onednn>);
        add("ceiling/product_bf16" + end + "onednn", product<gemm::onednn_bf16>);
#endif
#ifdef MGKIT_BENCH_OPENBLAS
        add("ceiling/product_float" + end + "openblas", openblas);
#endif
        add("ceiling/product_float" + end + "eigen", product<gemm::eigen>);
        add("ceiling/copy" + end + "memcpy", copy);
    }
    return bench::run(count_of_arguments, arguments);
}
