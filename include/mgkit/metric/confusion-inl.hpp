// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/metric/confusion.hpp"

namespace MGKIT_NAMESPACE::metric {

MGKIT_INLINE std::int64_t confusion_matrix::at(int truth, int predicted) const {
    if (truth < 0 || truth >= classes || predicted < 0 || predicted >= classes || !filled())
        throw error(
            "metric::confusion_matrix", text("a filled table of ", classes, " classes"),
            text("class ", truth, " answered with ", predicted, " in ", counts.size(), " counts"));
    return counts[static_cast<std::size_t>(truth) * static_cast<std::size_t>(classes) +
                  static_cast<std::size_t>(predicted)];
}

MGKIT_INLINE std::int64_t confusion_matrix::support(int truth) const {
    std::int64_t sum = 0;
    for (int p = 0; p < classes; ++p) sum += at(truth, p);
    return sum;
}

MGKIT_INLINE std::int64_t confusion_matrix::answered(int predicted) const {
    std::int64_t sum = 0;
    for (int t = 0; t < classes; ++t) sum += at(t, predicted);
    return sum;
}

MGKIT_INLINE confusion_matrix confusion(const predictions& p) {
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
