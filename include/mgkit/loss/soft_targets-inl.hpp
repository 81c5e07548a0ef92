// SPDX-License-Identifier: MIT
// Definitions of soft_targets.hpp.
#pragma once

#include <cmath>
#include <numeric>

#include "mgkit/loss/soft_targets.hpp"

namespace MGKIT_NAMESPACE::loss {

MGKIT_INLINE std::vector<double> logit_offsets(std::span<const std::int64_t> class_counts,
                                               double tau) {
    const double all = static_cast<double>(
        std::accumulate(class_counts.begin(), class_counts.end(), std::int64_t{0}));
    std::vector<double> out;
    for (std::size_t k = 0; k < class_counts.size(); ++k) {
        if (class_counts[k] < 1)
            throw error("logit adjustment", "one or more training clips of every class",
                        text(class_counts[k], " of class ", k), "leave the class out");
        out.push_back(tau * std::log(static_cast<double>(class_counts[k]) / all));
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::loss
