// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/metric/binomial.hpp"

#include <algorithm>
#include <cmath>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::metric {

MGKIT_INLINE interval wilson(std::int64_t hits, std::int64_t trials, double z) {
    constexpr auto where = "metric::wilson";
    if (trials < 1) throw error(where, "at least one trial", text(trials));
    if (hits < 0 || hits > trials)
        throw error(where, text("hits in [0, ", trials, "]"), text(hits));
    if (!(z > 0 && std::isfinite(z))) throw error(where, "z above 0", text(z));
    const double n = static_cast<double>(trials), p = static_cast<double>(hits) / n;
    const double scale = 1 + z * z / n;
    const double centre = (p + z * z / (2 * n)) / scale;
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
    return {p, std::max(0.0, centre - half), std::min(1.0, centre + half),
            static_cast<int>(std::min<std::int64_t>(trials, INT32_MAX))};
}

}  // namespace MGKIT_NAMESPACE::metric
