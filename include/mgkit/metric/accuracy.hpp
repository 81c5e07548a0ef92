// SPDX-License-Identifier: MIT
// Share of clips answered correctly.
#pragma once

#include <vector>

#include "mgkit/metric/prediction.hpp"

namespace MGKIT_NAMESPACE::metric {

/// Correct clips over all clips, from the predicted classes (or the best scores where none are
/// given). Dominated by frequent classes: read it beside class_mean and the majority baseline.
struct accuracy {
    static constexpr const char* name = "accuracy";

    double operator()(const predictions& p) const {
        const std::vector<double> hit = hits(p);
        double sum = 0;
        for (double h : hit) sum += h;
        return sum / static_cast<double>(hit.size());
    }
};

}  // namespace MGKIT_NAMESPACE::metric
