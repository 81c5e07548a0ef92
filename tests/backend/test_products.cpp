// SPDX-License-Identifier: MIT
// Products in pieces: cut by their shape alone, every element finished once, nothing allocated.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <vector>

#include "catch.hpp"
#include "mgkit/backend/eigen.hpp"

using namespace mgkit;
using gemm::extent;

namespace {

struct factors {
    bool transpose_a, transpose_b;
    extent m, n, k;
};

// Each way to cut: rows, columns, depth, none; and edges that no size of a piece divides.
const std::vector<factors> shapes{
    {false, true, 3000, 64, 96},  {false, false, 40, 2100, 70}, {true, false, 64, 48, 5000},
    {true, false, 33, 17, 2603},  {false, false, 7, 5, 3},      {false, true, 1037, 130, 257},
    {true, false, 600, 700, 128},
};

template <class S>
struct operands {
    std::vector<S> a, b, c;
    gemm::problem<S> problem;

    operands(const factors& f, S beta)
        : a(drawn(f.m * f.k, 1)), b(drawn(f.k * f.n, 2)), c(drawn(f.m * f.n, 3)) {
        problem = {f.transpose_a,
                   f.transpose_b,
                   f.m,
                   f.n,
                   f.k,
                   a.data(),
                   f.transpose_a ? f.m : f.k,
                   b.data(),
                   f.transpose_b ? f.k : f.n,
                   beta,
                   c.data(),
                   f.n};
    }

    static std::vector<S> drawn(extent count, std::uint64_t seed) {
        random_stream draws(random_key{.seed = seed}, "products");
        std::vector<S> out(static_cast<std::size_t>(count));
        for (S& v : out) v = static_cast<S>(draws.uniform(-1, 1));
        return out;
    }
};

constexpr auto nothing = [](extent, extent, extent, extent) {};

template <class Provider, class S>
std::vector<S> product(const factors& f, S beta, int threads) {
    operands<S> o(f, beta);
    context ctx{.threads = threads};
    gemm::run_pieces<Provider>(ctx, o.problem, nothing);
    return o.c;
}

/// Notes the pieces it is given and computes none.
struct piece_counter {
    static constexpr const char* name = "counter";
    static inline std::mutex guard;
    static inline std::vector<factors> pieces;

    static void run(const gemm::problem<float>& p) {
        const std::lock_guard lock(guard);
        pieces.push_back({p.transpose_a, p.transpose_b, p.m, p.n, p.k});
    }
};

std::vector<factors> pieces_of(const factors& f, int threads) {
    piece_counter::pieces.clear();
    product<piece_counter, float>(f, 0, threads);
    return piece_counter::pieces;
}

}  // namespace

TEST_CASE("a product in pieces has one result for any number of threads", "[backend][quick]") {
    for (const factors& f : shapes)
        for (const int threads : {2, 3}) {
            CHECK(product<gemm::default_provider>(f, 0.F, 1) ==
                  product<gemm::default_provider>(f, 0.F, threads));
            CHECK(product<gemm::eigen>(f, .5, 1) == product<gemm::eigen>(f, .5, threads));
        }
}

TEST_CASE("a product in pieces is the product", "[backend][quick]") {
    for (const factors& f : shapes)
        for (const double beta : {0., .5}) {
            const operands<double> o(f, beta);
            const auto found = product<gemm::default_provider>(f, beta, 2);
            double apart = 0;
            for (extent i = 0; i < f.m; i += 7)
                for (extent j = 0; j < f.n; ++j) {
                    const auto at = static_cast<std::size_t>(i * f.n + j);
                    double sum = beta * o.c[at];
                    for (extent k = 0; k < f.k; ++k)
                        sum += o.problem.a[f.transpose_a ? k * f.m + i : i * f.k + k] *
                               o.problem.b[f.transpose_b ? j * f.k + k : k * f.n + j];
                    apart = std::max(apart, std::abs(sum - found[at]));
                }
            CHECK(apart < 1e-11);
        }
}

TEST_CASE("what follows a product sees every element once, and finished", "[backend][quick]") {
    for (const factors& f : shapes) {
        operands<double> o(f, 0);
        const auto expected = product<gemm::default_provider>(f, 0., 1);
        std::vector<int> seen(o.c.size());
        std::vector<double> found(o.c.size());
        context ctx{.threads = 3};
        gemm::run_pieces<gemm::default_provider>(
            ctx, o.problem, [&](extent row, extent rows, extent column, extent columns) {
                for (extent i = row; i < row + rows; ++i)
                    for (extent j = column; j < column + columns; ++j) {
                        const auto at = static_cast<std::size_t>(i * f.n + j);
                        ++seen[at];
                        found[at] = o.c[at];
                    }
            });
        CHECK(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
        CHECK(found == expected);
    }
}

TEST_CASE("a product is cut by its shape", "[backend][quick]") {
    // Rows, columns or the depth, whichever is long; threads change nothing.
    const factors tall{false, true, 8192, 128, 128}, wide{false, false, 128, 8192, 128},
        deep{true, false, 128, 128, 8192};
    for (const factors& f : {tall, wide, deep}) {
        const auto pieces = pieces_of(f, 1);
        CHECK(pieces.size() == pieces_of(f, 2).size());
        CHECK(pieces.size() % 2 == 0);
        extent rows = 0, columns = 0, depth = 0;
        for (const factors& p : pieces) {
            rows += p.m;
            columns += p.n;
            depth += p.k;
        }
        const auto count = static_cast<extent>(pieces.size());
        CHECK(rows == (f.m == 8192 ? 8192 : count * 128));
        CHECK(columns == (f.n == 8192 ? 8192 : count * 128));
        CHECK(depth == (f.k == 8192 ? 8192 : count * 128));
    }
    // The wider the factor that is packed for each piece, the fewer pieces; two for two threads.
    std::size_t last = 64;
    for (const extent width : {128, 512}) {
        const auto pieces = pieces_of({false, true, 8192, width, width}, 1);
        CHECK(pieces.size() < last);
        for (const factors& p : pieces) CHECK(p.m >= std::min<extent>(width, 352));
        last = pieces.size();
    }
    CHECK(pieces_of({false, false, 1024, 1024, 1024}, 1).size() == 2);
    CHECK(pieces_of({false, false, 64, 64, 64}, 2).size() == 1);
}

TEST_CASE("a product takes its partial sums from the pool", "[backend][quick]") {
    const factors deep{true, false, 128, 128, 8192};
    operands<float> o(deep, 0);
    context ctx{.threads = 2};
    const auto& pool = *ctx.state.get<eigen::detail::pool_state>().shared;
    gemm::run_pieces<gemm::default_provider>(ctx, o.problem, nothing);
    const std::size_t first = pool.system_allocations();
    CHECK(first == 1);
    for (int i = 0; i < 3; ++i) gemm::run_pieces<gemm::default_provider>(ctx, o.problem, nothing);
    CHECK(pool.system_allocations() == first);
}
