// SPDX-License-Identifier: MIT
// infrastructure: not a score of predictions
// Whether a sample follows a known distribution.
#pragma once

#include <cstdint>
#include <span>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::metric {

/// A Kolmogorov-Smirnov comparison.
struct kolmogorov {
    double statistic = 0;  ///< largest distance of the two distribution functions
    double p = 1;          ///< chance of at least this distance under the known distribution
    std::uint64_t count = 0;
};

/// Probability that the one-sample statistic reaches `statistic` for `count` draws.
///
/// Asymptotic series with Stephens' correction of small counts; conservative (too large) where the
/// distribution has steps. Source: Stephens, "Use of the Kolmogorov-Smirnov, Cramer-von Mises and
/// related statistics without extensive tables" (JRSS B, 1970). Cost: a few terms.
double kolmogorov_p(double statistic, std::uint64_t count);

/// Compares draws, counted by cell, with a distribution given by its cumulative probabilities.
///
/// `counts[k]` draws fell into cell k; `cumulative[k]` is the probability of cells 0 to k, rising
/// to 1. For distributions of single values the comparison is exact; for continuous ones it is made
/// at the ends of the cells. Errors: lengths that differ, no cell. Cost: cells.
kolmogorov kolmogorov_smirnov(std::span<const std::uint64_t> counts,
                              std::span<const double> cumulative);

}  // namespace MGKIT_NAMESPACE::metric

#if !defined(MGKIT_COMPILED)
#include "mgkit/metric/kolmogorov-inl.hpp"
#endif
