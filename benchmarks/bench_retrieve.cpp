// SPDX-License-Identifier: MIT
// Exact cosine retrieval: the five nearest of 13,478 gallery rows of 2,048 values for each of 4,322
// queries (the sizes of the corpus's split at width 1,024), beside FAISS's IndexFlatIP.
//
// Rows retrieve/<gallery>x<columns>_q<queries>/<variant>, float, MGKIT_THREADS threads (2). Every
// variant starts from raw features: rows are normalised, the index is built, queries are answered.
// `ours_streamed` reads the gallery as a source of blocks, as one larger than memory. Counters:
// queries_per_second; gflops of the products alone and its fraction of ceiling_gflops. A row whose
// answers differ from ours by more than rounding fails.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "class_features.hpp"
#include "measure.hpp"
#include "mgkit/probe/neighbours.hpp"

#ifdef MGKIT_BENCH_FAISS
#include <faiss/IndexFlat.h>
#include <omp.h>

#include "peers/blas_threads.hpp"
#endif

namespace {

using namespace mgkit;
using tensor_type = eigen::tensor<float>;
constexpr std::size_t k = 5;

struct problem {
    data::feature_table gallery, queries;
};

const problem& of_size(std::size_t gallery, std::size_t queries, std::size_t columns) {
    static std::optional<problem> last;
    if (!last || last->gallery.rows != gallery || last->queries.rows != queries ||
        last->gallery.columns != columns)
        last = problem{bench::class_features(1, gallery, columns),
                       bench::class_features(2, queries, columns)};
    return *last;
}

template <class T>
probe::neighbours ours(const problem& p) {
    context ctx{.threads = bench::threads()};
    return probe::nearest<T>(ctx, p.gallery, p.queries, k);
}

#ifdef MGKIT_BENCH_FAISS
probe::neighbours faiss_flat(const problem& p) {
    omp_set_num_threads(bench::threads());
    bench::set_blas_threads(bench::threads());
    const auto gallery = probe::normalised_rows<float>(p.gallery);
    const auto queries = probe::normalised_rows<float>(p.queries);
    faiss::IndexFlatIP index(static_cast<std::int64_t>(p.gallery.columns));
    index.add(static_cast<std::int64_t>(p.gallery.rows), gallery.data());
    std::vector<float> cosine(p.queries.rows * k);
    std::vector<std::int64_t> found(p.queries.rows * k);
    index.search(static_cast<std::int64_t>(p.queries.rows), queries.data(), k, cosine.data(),
                 found.data());
    return {p.queries.rows, k, {found.begin(), found.end()}, {cosine.begin(), cosine.end()}};
}
#endif

/// The gallery in blocks of 1,000 rows, each copied as a reader would hand it over.
probe::neighbours ours_streamed(const problem& p) {
    context ctx{.threads = bench::threads()};
    std::size_t next = 0;
    const auto source = [&]() -> std::optional<data::feature_table> {
        if (next == p.gallery.rows) return std::nullopt;
        const std::size_t rows = std::min<std::size_t>(1000, p.gallery.rows - next);
        const auto from = p.gallery.row(next).begin();
        next += rows;
        return data::feature_table{
            rows,
            p.gallery.columns,
            {from, from + static_cast<std::ptrdiff_t>(rows * p.gallery.columns)}};
    };
    return probe::nearest<tensor_type>(ctx, source, p.queries, k);
}

using variant = probe::neighbours(const problem&);

/// Whether two answers agree: the same rows, or others that are as near to 1e-5.
bool same_answers(const probe::neighbours& a, const probe::neighbours& b) {
    std::size_t swapped = 0;
    double gap = 0;
    for (std::size_t i = 0; i < a.index.size(); ++i) {
        swapped += a.index[i] != b.index[i];
        gap = std::max(gap, std::abs(a.cosine[i] - b.cosine[i]));
    }
    // Places differ only where two rows are equally near to within rounding.
    const bool same = gap < 1e-5 && swapped * 1000 <= a.index.size();
    if (!same)
        std::fprintf(stderr, "%zu of %zu places differ, cosines by %.1e\n", swapped, a.index.size(),
                     gap);
    return same;
}

void retrieve(benchmark::State& state, variant* search, std::size_t gallery, std::size_t queries,
              std::size_t columns) {
    const problem& p = of_size(gallery, queries, columns);
    static std::map<std::size_t, probe::neighbours> right;
    if (!right.contains(queries)) right[queries] = ours<tensor_type>(p);
    if (!same_answers(right[queries], search(p))) return state.SkipWithError("other answers");
    for (auto _ : state) benchmark::DoNotOptimize(search(p).index.data());
    state.counters["queries_per_second"] = benchmark::Counter(
        static_cast<double>(queries), benchmark::Counter::kIsIterationInvariantRate);
    bench::count_work(state, static_cast<double>(gallery * queries * columns), bench::threads());
}

struct named {
    const char* name;
    variant* search;
};

}  // namespace

int main(int count, char** arguments) {
    std::vector<named> variants{{"ours", ours<tensor_type>}};
#if defined(MGKIT_GEMM_ONEDNN)
    if (bench::has_bf16_products("retrieve/*/ours_bf16"))
        variants.push_back({"ours_bf16", ours<mgkit::eigen::bf16>});
#endif
    variants.push_back({"ours_streamed", ours_streamed});
#ifdef MGKIT_BENCH_FAISS
    variants.push_back({"faiss_flat", faiss_flat});
#endif
    struct size {
        std::size_t gallery, queries, columns;
    };
    for (const size s : {size{2500, 300, 256}, {13478, 4322, 2048}})
        for (const named& v : variants)
            bench::add("retrieve/" + std::to_string(s.gallery) + "x" + std::to_string(s.columns) +
                           "_q" + std::to_string(s.queries) + "/" + v.name,
                       [=](benchmark::State& state) {
                           retrieve(state, v.search, s.gallery, s.queries, s.columns);
                       });
    return bench::run(count, arguments);
}
