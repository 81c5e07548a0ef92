// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/metric/top_k.hpp"

#include <cstddef>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::metric {

MGKIT_INLINE std::vector<double> top_k_hits(std::span<const float> scores,
                                            std::span<const int> truth, int classes, int k) {
    constexpr auto where = "metric::top_k_hits";
    if (k < 1) throw error(where, "k of at least 1", text(k));
    if (truth.empty())
        throw error(where, "at least one clip", "none", "check the split: its test side is empty");
    check_labels(where, "true class", truth, classes);
    check_scores(where, scores, truth.size(), classes);
    std::vector<double> hit(truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const float* row = scores.data() + i * static_cast<std::size_t>(classes);
        const float own = row[truth[i]];
        int rank = 0;
        for (int c = 0; c < classes; ++c)
            rank += row[c] > own || (row[c] == own && c < truth[i]) ? 1 : 0;
        hit[i] = rank < k ? 1.0 : 0.0;
    }
    return hit;
}

}  // namespace MGKIT_NAMESPACE::metric
