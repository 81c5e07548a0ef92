// SPDX-License-Identifier: MIT
// Counts of true against predicted classes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/metric/prediction.hpp"

namespace MGKIT_NAMESPACE::metric {

/// counts[t * classes + p]: clips of class t answered with class p.
struct confusion_matrix {
    int classes = 0;
    std::vector<std::int64_t> counts;

    /// Errors: mgkit::error for a class that is not there.
    std::int64_t at(int truth, int predicted) const;
    /// Clips of one true class.
    std::int64_t support(int truth) const;
    /// Clips answered with one class.
    std::int64_t answered(int predicted) const;

    /// Adds the counts of another part of the same test (a fold, a seed).
    confusion_matrix& operator+=(const confusion_matrix& other) {
        if (counts.empty()) return *this = other;
        if (other.classes != classes || other.counts.size() != counts.size())
            throw error("metric::confusion_matrix", text(classes, " classes"), text(other.classes));
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
        return *this;
    }

private:
    bool filled() const {
        return counts.size() ==
               static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes);
    }
};

/// Confusion matrix of checked predictions; errors as in `answers`. Cost N + classes^2.
confusion_matrix confusion(const predictions& p);

}  // namespace MGKIT_NAMESPACE::metric

#if !defined(MGKIT_COMPILED)
#include "mgkit/metric/confusion-inl.hpp"
#endif
