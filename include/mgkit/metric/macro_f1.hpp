// SPDX-License-Identifier: MIT
// Macro-averaged F1.
#pragma once

#include "mgkit/metric/confusion.hpp"
#include "mgkit/metric/prediction.hpp"

namespace MGKIT_NAMESPACE::metric {

/// Harmonic mean of precision and recall per class, averaged with equal weight.
///
/// F1 of a class = 2 hits / (clips of the class + answers of the class). Averaged over the classes
/// that occur in the truth or among the answers; a class in neither is left out, a class that is
/// answered but never true counts as 0.
struct macro_f1 {
    static constexpr const char* name = "macro_f1";

    double operator()(const predictions& p) const { return (*this)(confusion(p)); }

    double operator()(const confusion_matrix& m) const {
        double sum = 0;
        int present = 0;
        for (int c = 0; c < m.classes; ++c) {
            const auto size = m.support(c) + m.answered(c);
            if (size == 0) continue;
            sum += 2.0 * static_cast<double>(m.at(c, c)) / static_cast<double>(size);
            ++present;
        }
        if (present == 0)
            throw error("metric::macro_f1", "at least one clip", "an empty confusion matrix");
        return sum / present;
    }
};

}  // namespace MGKIT_NAMESPACE::metric
