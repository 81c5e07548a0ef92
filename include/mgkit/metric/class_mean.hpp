// SPDX-License-Identifier: MIT
// Mean accuracy over classes.
#pragma once

#include "mgkit/metric/confusion.hpp"
#include "mgkit/metric/prediction.hpp"

namespace MGKIT_NAMESPACE::metric {

/// Accuracy of each class that occurs in the truth, averaged with equal weight: what a rare class
/// loses counts as much as what a frequent one loses. Absent classes are left out.
struct class_mean {
    static constexpr const char* name = "class_mean";

    double operator()(const predictions& p) const { return (*this)(confusion(p)); }

    double operator()(const confusion_matrix& m) const {
        double sum = 0;
        int present = 0;
        for (int c = 0; c < m.classes; ++c) {
            const auto support = m.support(c);
            if (support == 0) continue;
            sum += static_cast<double>(m.at(c, c)) / static_cast<double>(support);
            ++present;
        }
        if (present == 0)
            throw error("metric::class_mean", "at least one clip", "an empty confusion matrix");
        return sum / present;
    }
};

namespace reference {

/// The mean class accuracy of PYSKL, for comparison with its numbers: a class that is answered but
/// never true counts with 0.
struct class_mean {
    double operator()(const confusion_matrix& m) const {
        double sum = 0;
        int counted = 0;
        for (int c = 0; c < m.classes; ++c) {
            const auto support = m.support(c);
            if (support == 0 && m.answered(c) == 0) continue;
            if (support > 0) sum += static_cast<double>(m.at(c, c)) / static_cast<double>(support);
            ++counted;
        }
        if (counted == 0)
            throw error("metric::class_mean", "at least one clip", "an empty confusion matrix");
        return sum / counted;
    }
};

}  // namespace reference

}  // namespace MGKIT_NAMESPACE::metric
