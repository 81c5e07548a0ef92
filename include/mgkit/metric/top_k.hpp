// SPDX-License-Identifier: MIT
// Top-k accuracy.
#pragma once

#include <span>
#include <vector>

#include "mgkit/metric/prediction.hpp"

namespace MGKIT_NAMESPACE::metric {

/// Whether the true class of each clip is among its k best scores.
///
/// The rank of a class is the number of classes with a larger score, or with an equal score and a
/// lower index: ties never depend on the sorting algorithm, and a constant row hits only classes
/// below k. k above the number of classes hits always. Cost N * classes.
/// Errors: k < 1, no clips, shapes that differ, labels out of range, NaN scores.
std::vector<double> top_k_hits(std::span<const float> scores, std::span<const int> truth,
                               int classes, int k);

/// Share of clips whose true class is among the K best scores (see top_k_hits for ties).
/// With K = 1 and no scores, the share of predicted classes that are right.
template <int K>
struct top_k {
    static_assert(K >= 1, "mgkit: top_k needs K of at least 1");
    static constexpr const char* name = K == 1 ? "top1" : K == 5 ? "top5" : "top_k";

    double operator()(const predictions& p) const {
        const std::vector<double> hit =
            K == 1 && p.scores.empty() ? hits(p) : top_k_hits(p.scores, p.truth, p.classes, K);
        double sum = 0;
        for (double h : hit) sum += h;
        return sum / static_cast<double>(hit.size());
    }
};

}  // namespace MGKIT_NAMESPACE::metric

#if !defined(MGKIT_COMPILED)
#include "mgkit/metric/top_k-inl.hpp"
#endif
