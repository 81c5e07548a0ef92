// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/study/classes.hpp"

#include <algorithm>
#include <cstddef>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::study {

MGKIT_COLD_INLINE trained_classes::trained_classes(std::span<const int> training_labels)
    : classes(training_labels.begin(), training_labels.end()) {
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    labels.reserve(training_labels.size());
    for (const int label : training_labels)
        labels.push_back(static_cast<int>(std::lower_bound(classes.begin(), classes.end(), label) -
                                          classes.begin()));
}

MGKIT_COLD_INLINE std::vector<float> trained_classes::widened(std::span<const float> scores,
                                                              int all) const {
    const auto from = classes.size(), to = static_cast<std::size_t>(std::max(all, 0));
    if (from == 0 || scores.size() % from != 0 || classes.front() < 0 || classes.back() >= all)
        throw error("study::trained_classes",
                    text("rows of ", from, " scores, of classes below ", all),
                    text(scores.size(), " scores",
                         from == 0 ? std::string() : text(", class ", classes.back())));
    if (from == to) return {scores.begin(), scores.end()};
    const float least = scores.empty() ? 0.0f : *std::min_element(scores.begin(), scores.end());
    constexpr float beyond_softmax = 1000;
    std::vector<float> out(scores.size() / from * to, least - beyond_softmax);
    for (std::size_t i = 0; i < scores.size(); ++i)
        out[i / from * to + static_cast<std::size_t>(classes[i % from])] = scores[i];
    return out;
}

}  // namespace MGKIT_NAMESPACE::study
