// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/metric/prediction.hpp"

#include <algorithm>
#include <cmath>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::metric {

MGKIT_INLINE void check_labels(std::string_view where, std::string_view what,
                               std::span<const int> labels, int classes) {
    if (classes < 1)
        throw error(std::string(where), "at least one class", text(classes, " classes"));
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] < 0 || labels[i] >= classes)
            throw error(std::string(where), text(what, " in [0, ", classes, ")"),
                        text(what, " ", labels[i], " at index ", i));
}

namespace detail {

template <class S>
void require_scores(std::string_view where, std::span<const S> scores, std::size_t n, int classes) {
    if (classes < 1)
        throw error(std::string(where), "at least one class", text(classes, " classes"));
    const auto columns = static_cast<std::size_t>(classes);
    if (scores.size() / columns != n || scores.size() % columns != 0)
        throw error(std::string(where), text("scores of ", n, " clips x ", classes, " classes"),
                    text(scores.size(), " scores"));
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (std::isnan(scores[i]))
            throw error(std::string(where), "scores that can be ranked",
                        text("NaN for clip ", i / columns, ", class ", i % columns),
                        "the model has diverged or its input was not finite");
}

}  // namespace detail

MGKIT_INLINE void check_scores(std::string_view where, std::span<const float> scores, std::size_t n,
                               int classes) {
    detail::require_scores(where, scores, n, classes);
}

MGKIT_INLINE void check_scores(std::string_view where, std::span<const double> scores,
                               std::size_t n, int classes) {
    detail::require_scores(where, scores, n, classes);
}

MGKIT_INLINE std::vector<int> best_class(std::span<const float> scores, int classes) {
    constexpr std::string_view where = "metric::best_class";
    const auto columns = static_cast<std::size_t>(std::max(classes, 1));
    check_scores(where, scores, scores.size() / columns, classes);
    std::vector<int> best(scores.size() / columns);
    for (std::size_t i = 0; i < best.size(); ++i) {
        const float* row = scores.data() + i * columns;
        best[i] = static_cast<int>(std::max_element(row, row + columns) - row);
    }
    return best;
}

MGKIT_INLINE std::vector<int> answers(std::string_view where, const predictions& p) {
    if (p.truth.empty())
        throw error(std::string(where), "at least one clip", "none",
                    "check the split: its test side is empty");
    check_labels(where, "true class", p.truth, p.classes);
    if (p.predicted.empty()) {
        check_scores(where, p.scores, p.truth.size(), p.classes);
        return best_class(p.scores, p.classes);
    }
    if (p.predicted.size() != p.truth.size())
        throw error(std::string(where), text(p.truth.size(), " predictions, one per clip"),
                    text(p.predicted.size()));
    check_labels(where, "predicted class", p.predicted, p.classes);
    return {p.predicted.begin(), p.predicted.end()};
}

MGKIT_INLINE std::vector<double> hits(const predictions& p) {
    const std::vector<int> given = answers("metric::hits", p);
    std::vector<double> out(given.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = given[i] == p.truth[i] ? 1.0 : 0.0;
    return out;
}

}  // namespace MGKIT_NAMESPACE::metric
