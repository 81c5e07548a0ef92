// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/metric/kolmogorov.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::metric {

MGKIT_INLINE double kolmogorov_p(double statistic, std::uint64_t count) {
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

MGKIT_INLINE kolmogorov kolmogorov_smirnov(std::span<const std::uint64_t> counts,
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
