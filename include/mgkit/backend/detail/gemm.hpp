// SPDX-License-Identifier: MIT
// Products of row-major matrices: the provider is a type, so that two choices can share a program.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "mgkit/backend/detail/pool.hpp"
#include "mgkit/core/context.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/parallel.hpp"

#if defined(MGKIT_GEMM_ONEDNN)
#include <oneapi/dnnl/dnnl.h>
#elif defined(MGKIT_GEMM_OPENBLAS)
#include <cblas.h>
#endif

namespace MGKIT_NAMESPACE::gemm {

using extent = std::ptrdiff_t;

/// C = A B + beta C for one thread, row-major, A [m, k] or its transpose, B [k, n] or its
/// transpose. Factors may be of a coarser type F than the sums.
template <class S, class F = S>
struct problem {
    bool transpose_a, transpose_b;
    extent m, n, k;
    const F* a;
    extent lda;
    const F* b;
    extent ldb;
    S beta;
    S* c;
    extent ldc;
};

/// Keeps a library's own OpenMP regions to one thread while in scope: pieces are parallel already,
/// and what a piece computes may not depend on the number of threads.
class serial_region {
public:
    serial_region() : before_(mgkit::detail::openmp::max_threads()) {
        if (before_ != 1) mgkit::detail::openmp::set_threads(1);
    }
    ~serial_region() {
        if (before_ != 1) mgkit::detail::openmp::set_threads(before_);
    }
    serial_region(const serial_region&) = delete;
    serial_region& operator=(const serial_region&) = delete;

private:
    int before_;
};

/// Eigen's own product: no library to link.
struct eigen {
    static constexpr const char* name = "eigen";

    template <class S>
    static void run(const problem<S>& p);
    /// Whether loops here, as they were compiled, use registers of 32 bytes or more.
    template <class S>
    static bool wide();
};

#if defined(MGKIT_GEMM_ONEDNN)
/// Errors: a oneDNN with threads of its own that this program cannot hold to one.
inline void require_serial_onednn() {
#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
    if (!mgkit::detail::openmp::present())
        throw error("onednn", "OpenMP's runtime, whose threads oneDNN would use", "none",
                    "link the program with -fopenmp, or use gemm::eigen");
#endif
}

/// What oneDNN's calls come back with. Errors: a call that failed.
inline void check_onednn(dnnl_status_t status, extent m, extent n, extent k) {
    if (status != dnnl_success)
        throw error("onednn", text("a product of ", m, " x ", k, " and ", k, " x ", n),
                    text("status ", static_cast<int>(status), " of dnnl_sgemm"),
                    "use gemm::eigen for such products");
}

/// oneDNN's single-precision product; double goes to Eigen, since oneDNN has none. Errors: a call
/// that oneDNN refuses; a oneDNN built with OpenMP in a program without its runtime.
struct onednn {
    static constexpr const char* name = "onednn";

    template <class S>
    static void run(const problem<S>& p) {
        if constexpr (std::is_same_v<S, float>) {
            require_serial_onednn();
            const serial_region one_thread;
            check_onednn(dnnl_sgemm(p.transpose_a ? 'T' : 'N', p.transpose_b ? 'T' : 'N', p.m, p.n,
                                    p.k, 1, p.a, p.lda, p.b, p.ldb, p.beta, p.c, p.ldc),
                         p.m, p.n, p.k);
        } else {
            eigen::run(p);
        }
    }
};
using default_provider = onednn;
#elif defined(MGKIT_GEMM_OPENBLAS)
/// OpenBLAS through CBLAS. Its own threads are switched off on first use, for the whole process:
/// mgkit parallelises over pieces, and nested BLAS threads collapse.
struct openblas {
    static constexpr const char* name = "openblas";
    static constexpr extent shortest_piece = 704;

    template <class S>
    static void run(const problem<S>& p) {
        static const bool serial = (openblas_set_num_threads(1), true);
        static_cast<void>(serial);
        const auto ta = p.transpose_a ? CblasTrans : CblasNoTrans;
        const auto tb = p.transpose_b ? CblasTrans : CblasNoTrans;
        const auto i = [](extent e) {
            if (e > std::numeric_limits<int>::max())
                throw error("openblas", "extents of a product below 2^31", text(e),
                            "use gemm::eigen for such products");
            return static_cast<int>(e);
        };
        if constexpr (std::is_same_v<S, float>)
            cblas_sgemm(CblasRowMajor, ta, tb, i(p.m), i(p.n), i(p.k), S(1), p.a, i(p.lda), p.b,
                        i(p.ldb), p.beta, p.c, i(p.ldc));
        else
            cblas_dgemm(CblasRowMajor, ta, tb, i(p.m), i(p.n), i(p.k), S(1), p.a, i(p.lda), p.b,
                        i(p.ldb), p.beta, p.c, i(p.ldc));
    }
};
using default_provider = openblas;
#else
using default_provider = eigen;
#endif

/// What a tensor says of how finely it computes, where that is not its scalar.
template <class S, class Provider>
struct precision_of {};

/// One product, guarding the empty cases that libraries treat differently.
template <class Provider, class S, class F>
void run(const problem<S, F>& p) {
    if (p.m == 0 || p.n == 0) return;
    if (p.k == 0) {
        for (extent i = 0; i < p.m; ++i)
            for (extent j = 0; j < p.n; ++j) {
                S& c = p.c[i * p.ldc + j];
                c = p.beta == S(0) ? S(0) : p.beta * c;
            }
        return;
    }
    Provider::run(p);
}

/// Room for `count` values from the context's pool, of no particular value; nothing is taken for
/// none.
template <class S>
class scratch {
public:
    scratch() = default;
    scratch(context& ctx, std::size_t count) {
        if (count > 0)
            held_ = block(
                ctx.state.get<mgkit::eigen::detail::pool_state>().shared->take(count * sizeof(S)));
    }
    S* data() const { return static_cast<S*>(held_.data()); }

private:
    using block = mgkit::eigen::detail::storage;
    block held_;
};

namespace detail {

/// Multiply-adds below which a piece of a product costs more than it brings.
template <class Provider>
constexpr double least_work() {
    if constexpr (requires { Provider::least_work; })
        return Provider::least_work;
    else
        return 4e6;
}

/// Rows or columns of C below which a piece is slow whatever the other factor is.
template <class Provider>
constexpr extent shortest_piece() {
    if constexpr (requires { Provider::shortest_piece; })
        return Provider::shortest_piece;
    else
        return 352;
}

/// Pieces of `size` along an edge, about `wanted` of them.
struct cuts {
    extent size, count;
    cuts(extent edge, extent wanted)
        : size(((edge + wanted - 1) / wanted + 15) / 16 * 16),
          count(edge == 0 ? 0 : (edge + size - 1) / size) {}
};

/// A power of two of pieces, since two threads share three badly: as many as are at least `least`
/// long, but `fewest` of a product with work for them.
template <class Provider, class S, class F>
extent pieces_wanted(const problem<S, F>& p, extent edge, extent least, extent fewest,
                     extent most) {
    const double work = static_cast<double>(p.m) * static_cast<double>(p.n) *
                        static_cast<double>(p.k) / least_work<Provider>();
    const extent worth = static_cast<extent>(std::min(work, static_cast<double>(most)));
    const extent wanted = std::min(std::max(edge / least, fewest), worth);
    return static_cast<extent>(
        std::bit_floor(static_cast<std::uint64_t>(std::max<extent>(wanted, 1))));
}

/// Small C, long sums: partial products over ranges of the depth, added in their order. Every range
/// beyond the first writes a C of its own, so ranges are long.
template <class Provider, class S, class F, class After>
void cut_depth(context& ctx, const problem<S, F>& p, After&& after) {
    constexpr extent least_depth = 1280, least_of_two = 256, most_pieces = 16;
    const cuts cut(
        p.k, pieces_wanted<Provider>(p, p.k, least_depth, std::min<extent>(2, p.k / least_of_two),
                                     most_pieces));
    const auto size = static_cast<std::size_t>(p.m * p.n);
    const scratch<S> partial(ctx, static_cast<std::size_t>(cut.count - 1) * size);
    parallel_for(ctx.threads, cut.count, [&](extent i) {
        problem<S, F> piece = p;
        const extent begin = i * cut.size;
        piece.k = std::min(cut.size, p.k - begin);
        piece.a += begin * (p.transpose_a ? p.lda : 1);
        piece.b += begin * (p.transpose_b ? 1 : p.ldb);
        if (i > 0) {
            piece.c = partial.data() + static_cast<std::size_t>(i - 1) * size;
            piece.ldc = p.n;
            piece.beta = S(0);
        }
        run<Provider>(piece);
    });
    const extent rows = std::max<extent>(1, 16384 / p.n);
    parallel_for(ctx.threads, (p.m + rows - 1) / rows, [&](extent i) {
        const extent begin = i * rows, end = std::min(p.m, begin + rows);
        for (extent r = begin; r < end; ++r) {
            S* to = p.c + r * p.ldc;
            for (extent k = 1; k < cut.count; ++k) {
                const S* from = partial.data() + static_cast<std::size_t>(k - 1) * size + r * p.n;
                for (extent j = 0; j < p.n; ++j) to[j] += from[j];
            }
        }
        after(begin, end - begin, extent{0}, p.n);
    });
}

/// Pieces of C along its longer edge. The provider packs the whole other factor for each of them,
/// or leaves packing out where a piece is short, and then runs at half its rate (oneDNN: where 1 /
/// rows + 1 / columns reaches .0038 with AVX2, .002 with AVX-512). So a piece is a little longer
/// than that factor's edges, between what what follows likes in its cache and what packing asks
/// for.
template <class Provider, class S, class F, class After>
void cut_edge(context& ctx, const problem<S, F>& p, After&& after) {
    constexpr extent shortest = shortest_piece<Provider>(), longest = 1024, most_pieces = 64;
    const bool by_rows = p.m >= p.n;
    const extent edge = by_rows ? p.m : p.n, other = by_rows ? p.n : p.m;
    const extent wide = std::max(other, p.k);
    const cuts cut(edge,
                   pieces_wanted<Provider>(p, edge, std::clamp(wide + wide / 16, shortest, longest),
                                           std::min<extent>(2, edge / 32), most_pieces));
    parallel_for(ctx.threads, cut.count, [&](extent i) {
        const extent begin = i * cut.size, count = std::min(cut.size, edge - begin);
        problem<S, F> piece = p;
        if (by_rows) {
            piece.m = count;
            piece.a += begin * (p.transpose_a ? 1 : p.lda);
            piece.c += begin * p.ldc;
            run<Provider>(piece);
            after(begin, count, extent{0}, p.n);
        } else {
            piece.n = count;
            piece.b += begin * (p.transpose_b ? p.ldb : 1);
            piece.c += begin;
            run<Provider>(piece);
            after(extent{0}, p.m, begin, count);
        }
    });
}

template <class Provider, class S, class F, class After>
void cut(context& ctx, const problem<S, F>& p, After&& after) {
    if (p.m > 0 && p.n > 0 && p.k > 2 * std::max(p.m, p.n))
        cut_depth<Provider>(ctx, p, after);
    else
        cut_edge<Provider>(ctx, p, after);
}

}  // namespace detail

/// A matrix as a factor of many products: itself, or what the provider rounds it to, once.
template <class Provider, class S>
class factor {
public:
    using value = S;
    factor(context&, const S* from, extent, extent) : from_(from) {}
    const value* data() const { return from_; }

private:
    const S* from_;
};
template <class Provider, class S>
requires requires(context& ctx, const problem<S>& p) {
    Provider::rounded(ctx, 1, p);
}
class factor<Provider, S> {
public:
    using value = typename Provider::factor;
    factor(context& ctx, const S* from, extent rows, extent width)
        : held_(Provider::rounded(ctx, ctx.threads,
                                  problem<S>{false, false, rows, 0, width, from, width, nullptr, 0,
                                             S(0), nullptr, 0})) {}
    const value* data() const { return held_.product().a; }

private:
    typename Provider::rounded_factors held_;
};

/// One product by the calling thread, its factors rounded where the provider rounds. Several
/// threads may call it with one context that has made a tensor before.
template <class Provider, class S>
void run_rounded(context& ctx, const problem<S>& p) {
    if constexpr (requires { Provider::rounded(ctx, 1, p); }) {
        const auto factors = Provider::rounded(ctx, 1, p);
        run<Provider>(factors.product());
    } else {
        run<Provider>(p);
    }
}

/// One product cut into pieces that depend on its size only, never on the thread count;
/// `after(row, rows, column, columns)` sees each finished piece of C while it is in cache. A
/// provider with `rounded(ctx, threads, p)` gets its factors from there, rounded once for all
/// pieces.
template <class Provider, class S, class After>
void run_pieces(context& ctx, const problem<S>& p, After&& after) {
    if constexpr (requires { Provider::rounded(ctx, 1, p); }) {
        const auto factors = Provider::rounded(ctx, ctx.threads, p);
        detail::cut<Provider>(ctx, factors.product(), after);
    } else {
        detail::cut<Provider>(ctx, p, after);
    }
}

}  // namespace MGKIT_NAMESPACE::gemm

#if defined(MGKIT_COMPILED)
namespace MGKIT_NAMESPACE::gemm {
extern template void eigen::run(const problem<float>&);
extern template void eigen::run(const problem<double>&);
extern template bool eigen::wide<float>();
extern template bool eigen::wide<double>();
}  // namespace MGKIT_NAMESPACE::gemm
#endif
#if !defined(MGKIT_COMPILED)
#include "mgkit/backend/detail/gemm-inl.hpp"
#endif
