// SPDX-License-Identifier: MIT
// Ways to cut one product for a provider, and the best of them: what our own cutting is held to.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "mgkit/backend/eigen.hpp"

namespace bench {

/// Pieces along rows, columns and depth of a product.
struct cutting {
    mgkit::gemm::extent rows = 1, columns = 1, depth = 1;

    std::string name() const {
        std::string out;
        const auto say = [&out](mgkit::gemm::extent pieces, const char* what) {
            if (pieces > 1)
                out += (out.empty() ? "" : " by ") + std::to_string(pieces) + " " + what;
        };
        say(rows, "rows");
        say(columns, "columns");
        say(depth, "depth");
        return out.empty() ? "whole" : out;
    }
};

/// Pieces of an edge, all of one size but the last.
struct pieces_of {
    mgkit::gemm::extent size, count;
    pieces_of(mgkit::gemm::extent edge, mgkit::gemm::extent wanted)
        : size(((edge + wanted - 1) / wanted + 15) / 16 * 16), count((edge + size - 1) / size) {}
};

/// One product in these pieces, each one call of the provider; partial sums of pieces along the
/// depth go to `partial` and are added in their order.
template <class Provider, class S, class F>
void run_cut(int threads, const mgkit::gemm::problem<S, F>& whole, const cutting& pieces,
             std::vector<S>& partial) {
    using mgkit::gemm::extent;
    const pieces_of rows(whole.m, pieces.rows), columns(whole.n, pieces.columns),
        depth(whole.k, pieces.depth);
    const extent size = whole.m * whole.n;
    partial.resize(std::max(partial.size(), static_cast<std::size_t>((depth.count - 1) * size)));
    mgkit::parallel_for(threads, rows.count * columns.count * depth.count, [&](extent i) {
        const extent row = i / (columns.count * depth.count) * rows.size,
                     column = i / depth.count % columns.count * columns.size,
                     range = i % depth.count, first = range * depth.size;
        auto p = whole;
        p.m = std::min(rows.size, whole.m - row);
        p.n = std::min(columns.size, whole.n - column);
        p.k = std::min(depth.size, whole.k - first);
        p.a += row * (p.transpose_a ? 1 : p.lda) + first * (p.transpose_a ? p.lda : 1);
        p.b += column * (p.transpose_b ? p.ldb : 1) + first * (p.transpose_b ? 1 : p.ldb);
        if (range > 0) {
            p.c = partial.data() + (range - 1) * size + row * whole.n + column;
            p.ldc = whole.n;
            p.beta = S(0);
        } else {
            p.c += row * p.ldc + column;
        }
        mgkit::gemm::run<Provider>(p);
    });
    if (depth.count == 1) return;
    constexpr extent together = 16;
    mgkit::parallel_for(threads, (whole.m + together - 1) / together, [&](extent i) {
        for (extent r = i * together; r < std::min(whole.m, (i + 1) * together); ++r)
            for (extent range = 1; range < depth.count; ++range)
                for (extent j = 0; j < whole.n; ++j)
                    whole.c[r * whole.ldc + j] +=
                        partial[static_cast<std::size_t>((range - 1) * size + r * whole.n + j)];
    });
}

/// Cuttings that are worth a try: powers of two along one edge, and halves of the columns with
/// them.
inline std::vector<cutting> cuttings(mgkit::gemm::extent m, mgkit::gemm::extent n,
                                     mgkit::gemm::extent k) {
    std::vector<cutting> out{{}};
    for (mgkit::gemm::extent pieces = 2; pieces <= 64; pieces *= 2) {
        if (m / pieces >= 32) out.push_back({pieces, 1, 1});
        if (m / pieces >= 32 && n >= 512 && pieces <= 8) out.push_back({pieces, 2, 1});
        if (n / pieces >= 32 && m < 4 * n && pieces <= 16) out.push_back({1, pieces, 1});
        if (k / pieces >= 256 && k > m && k > n && pieces <= 16) out.push_back({1, 1, pieces});
    }
    return out;
}

/// Seconds that one call takes.
template <class F>
double seconds_of(F&& call) {
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    call();
    return std::chrono::duration<double>(clock::now() - start).count();
}

}  // namespace bench
