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
    std::int64_t at(int truth, int predicted) const {
        if (truth < 0 || truth >= classes || predicted < 0 || predicted >= classes || !filled())
            throw error("metric::confusion_matrix", text("a filled table of ", classes, " classes"),
                        text("class ", truth, " answered with ", predicted, " in ", counts.size(),
                             " counts"));
        return counts[static_cast<std::size_t>(truth) * static_cast<std::size_t>(classes) +
                      static_cast<std::size_t>(predicted)];
    }
    /// Clips of one true class.
    std::int64_t support(int truth) const {
        std::int64_t sum = 0;
        for (int p = 0; p < classes; ++p) sum += at(truth, p);
        return sum;
    }
    /// Clips answered with one class.
    std::int64_t answered(int predicted) const {
        std::int64_t sum = 0;
        for (int t = 0; t < classes; ++t) sum += at(t, predicted);
        return sum;
    }

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
inline confusion_matrix confusion(const predictions& p) {
    constexpr auto where = "metric::confusion";
    constexpr int limit = 1 << 14;
    const std::vector<int> given = answers(where, p);
    if (p.classes > limit) throw error(where, text("at most ", limit, " classes"), text(p.classes));
    const auto columns = static_cast<std::size_t>(p.classes);
    confusion_matrix out{p.classes, std::vector<std::int64_t>(columns * columns)};
    for (std::size_t i = 0; i < given.size(); ++i)
        ++out.counts[static_cast<std::size_t>(p.truth[i]) * columns +
                     static_cast<std::size_t>(given[i])];
    return out;
}

}  // namespace MGKIT_NAMESPACE::metric
