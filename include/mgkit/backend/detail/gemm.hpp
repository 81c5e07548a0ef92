// Products of row-major matrices: the provider is a type, so that two choices can share a program.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "mgkit/core/context.hpp"
#include "mgkit/core/parallel.hpp"

#ifdef _OPENMP
#include <omp.h>
#endif

#if defined(MGKIT_GEMM_ONEDNN)
#include <oneapi/dnnl/dnnl.h>
#elif defined(MGKIT_GEMM_OPENBLAS)
#include <cblas.h>
#endif

namespace mgkit::gemm {

using extent = std::ptrdiff_t;

/// C = A B + beta C for one thread, row-major, A [m, k] or its transpose, B [k, n] or its
/// transpose.
template <class S>
struct problem {
    bool transpose_a, transpose_b;
    extent m, n, k;
    const S* a;
    extent lda;
    const S* b;
    extent ldb;
    S beta;
    S* c;
    extent ldc;
    S alpha = S(1);
};

/// Keeps a library's own OpenMP regions to one thread while in scope: pieces are parallel already,
/// and what a piece computes may not depend on the number of threads.
class serial_region {
public:
#ifdef _OPENMP
    serial_region() : before_(omp_get_max_threads()) {
        if (before_ != 1) omp_set_num_threads(1);
    }
    ~serial_region() {
        if (before_ != 1) omp_set_num_threads(before_);
    }

private:
    int before_;
#endif
};

/// Eigen's own product: no library to link.
struct eigen {
    static constexpr const char* name = "eigen";

    template <class S>
    static void run(const problem<S>& p) {
        [[maybe_unused]] const serial_region one_thread{};
        using matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
        using view = Eigen::Map<const matrix, 0, Eigen::OuterStride<>>;
        using result = Eigen::Map<matrix, 0, Eigen::OuterStride<>>;
        const view a(p.a, p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k,
                     Eigen::OuterStride<>(p.lda));
        const view b(p.b, p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n,
                     Eigen::OuterStride<>(p.ldb));
        result c(p.c, p.m, p.n, Eigen::OuterStride<>(p.ldc));
        if (p.beta == S(0)) c.setZero();
        if (p.transpose_a && p.transpose_b)
            c.noalias() += p.alpha * (a.transpose() * b.transpose());
        else if (p.transpose_a)
            c.noalias() += p.alpha * (a.transpose() * b);
        else if (p.transpose_b)
            c.noalias() += p.alpha * (a * b.transpose());
        else
            c.noalias() += p.alpha * (a * b);
    }
};

#if defined(MGKIT_GEMM_ONEDNN)
/// oneDNN's single-precision product; double goes to Eigen, since oneDNN has none.
struct onednn {
    static constexpr const char* name = "onednn";

    template <class S>
    static void run(const problem<S>& p) {
        if constexpr (std::is_same_v<S, float>) {
            [[maybe_unused]] const serial_region one_thread{};
            const dnnl_status_t status =
                dnnl_sgemm(p.transpose_a ? 'T' : 'N', p.transpose_b ? 'T' : 'N', p.m, p.n, p.k,
                           p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, p.c, p.ldc);
            if (status == dnnl_success) return;
        }
        eigen::run(p);
    }
};
using default_provider = onednn;
#elif defined(MGKIT_GEMM_OPENBLAS)
/// OpenBLAS through CBLAS. Its own threads are switched off on first use, for the whole process:
/// mgkit parallelises over pieces, and nested BLAS threads collapse.
struct openblas {
    static constexpr const char* name = "openblas";

    template <class S>
    static void run(const problem<S>& p) {
        static const bool serial = (openblas_set_num_threads(1), true);
        static_cast<void>(serial);
        const auto ta = p.transpose_a ? CblasTrans : CblasNoTrans;
        const auto tb = p.transpose_b ? CblasTrans : CblasNoTrans;
        const auto i = [](extent e) { return static_cast<int>(e); };
        if constexpr (std::is_same_v<S, float>)
            cblas_sgemm(CblasRowMajor, ta, tb, i(p.m), i(p.n), i(p.k), p.alpha, p.a, i(p.lda), p.b,
                        i(p.ldb), p.beta, p.c, i(p.ldc));
        else
            cblas_dgemm(CblasRowMajor, ta, tb, i(p.m), i(p.n), i(p.k), p.alpha, p.a, i(p.lda), p.b,
                        i(p.ldb), p.beta, p.c, i(p.ldc));
    }
};
using default_provider = openblas;
#else
using default_provider = eigen;
#endif

/// One product, guarding the empty cases that libraries treat differently.
template <class Provider, class S>
void run(const problem<S>& p) {
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

/// One product cut into pieces of C that depend on its size only, never on the thread count;
/// `after(row, rows, column, columns)` sees each piece while it is in cache.
template <class Provider, class S, class After>
void run_pieces(const context& ctx, const problem<S>& p, After&& after) {
    constexpr double piece_work = 8e6;
    constexpr extent least_edge = 32, most_pieces = 64;
    const double work =
        static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
    const bool by_rows = p.m >= p.n;
    const extent edge = by_rows ? p.m : p.n;
    const extent wanted =
        std::clamp<extent>(static_cast<extent>(work / piece_work), 1,
                           std::min(most_pieces, std::max<extent>(1, edge / least_edge)));
    const extent size = ((edge + wanted - 1) / wanted + 15) / 16 * 16;
    const extent pieces = edge == 0 ? 0 : (edge + size - 1) / size;
    parallel_for(ctx.threads, pieces, [&](extent i) {
        const extent begin = i * size, count = std::min(size, edge - begin);
        problem<S> piece = p;
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

}  // namespace mgkit::gemm
