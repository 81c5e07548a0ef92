// infrastructure: not a score of predictions
// Whether a sample follows a known distribution.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mgkit/core/error.hpp"

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
inline double kolmogorov_p(double statistic, std::uint64_t count) {
    if (count == 0 || statistic <= 0) return 1;
    const double root = std::sqrt(static_cast<double>(count));
    const double x = statistic * (root + 0.12 + 0.11 / root);
    if (x < 0.2) return 1;
    double sum = 0;
    for (int k = 1; k <= 100; ++k) {
        const double term = std::exp(-2.0 * k * k * x * x);
        sum += k % 2 == 1 ? term : -term;
        if (term < 1e-16) break;
    }
    return std::clamp(2 * sum, 0.0, 1.0);
}

/// Compares draws, counted by cell, with a distribution given by its cumulative probabilities.
///
/// `counts[k]` draws fell into cell k; `cumulative[k]` is the probability of cells 0 to k, rising
/// to 1. For distributions of single values the comparison is exact; for continuous ones it is made
/// at the ends of the cells. Errors: lengths that differ, no cell. Cost: cells.
inline kolmogorov kolmogorov_smirnov(std::span<const std::uint64_t> counts,
                                     std::span<const double> cumulative) {
    if (counts.size() != cumulative.size() || counts.empty())
        throw error("metric::kolmogorov_smirnov", "as many counts as cells, at least one",
                    text(counts.size(), " counts, ", cumulative.size(), " cells"));
    kolmogorov out;
    for (const auto n : counts) out.count += n;
    if (out.count == 0) return out;
    std::uint64_t below = 0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
        below += counts[k];
        const double share = static_cast<double>(below) / static_cast<double>(out.count);
        out.statistic = std::max(out.statistic, std::abs(share - cumulative[k]));
    }
    out.p = kolmogorov_p(out.statistic, out.count);
    return out;
}

}  // namespace MGKIT_NAMESPACE::metric
