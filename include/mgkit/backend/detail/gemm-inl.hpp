// SPDX-License-Identifier: MIT
// Definitions of gemm.hpp: Eigen is included here only.
#pragma once

#include <Eigen/Core>

#include "mgkit/backend/detail/gemm.hpp"

namespace MGKIT_NAMESPACE::gemm {

template <class S>
void eigen::run(const problem<S>& p) {
    const serial_region one_thread;
    using matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using view = Eigen::Map<const matrix, 0, Eigen::OuterStride<>>;
    using result = Eigen::Map<matrix, 0, Eigen::OuterStride<>>;
    const view a(p.a, p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k,
                 Eigen::OuterStride<>(p.lda));
    const view b(p.b, p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n,
                 Eigen::OuterStride<>(p.ldb));
    result c(p.c, p.m, p.n, Eigen::OuterStride<>(p.ldc));
    if (p.beta == S(0))
        c.setZero();
    else if (p.beta != S(1))
        c *= p.beta;
    if (p.transpose_a && p.transpose_b)
        c.noalias() += a.transpose() * b.transpose();
    else if (p.transpose_a)
        c.noalias() += a.transpose() * b;
    else if (p.transpose_b)
        c.noalias() += a * b.transpose();
    else
        c.noalias() += a * b;
}

template <class S>
bool eigen::wide() {
    return sizeof(typename Eigen::internal::packet_traits<S>::type) >= 32;
}

#if defined(MGKIT_COMPILED)
template void eigen::run(const problem<float>&);
template void eigen::run(const problem<double>&);
template bool eigen::wide<float>();
template bool eigen::wide<double>();
#endif

}  // namespace MGKIT_NAMESPACE::gemm
