// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/study/epochs.hpp"

#include <algorithm>
#include <cstddef>

#include "mgkit/core/error.hpp"
#include "mgkit/data/split.hpp"

namespace MGKIT_NAMESPACE::study {

MGKIT_COLD_INLINE std::vector<setting> epoch_choice::chosen() const {
    return {{"epochs", text(epochs)},
            {"epochs chosen by", text(folds, " inner folds of training people, mean score ",
                                      scores.at(static_cast<std::size_t>(epochs - 1)))}};
}

MGKIT_COLD_INLINE epoch_choice choose_epochs(const data::clip_set& training, int folds,
                                             const epoch_scorer& score) {
    const auto people =
        static_cast<int>(data::subjects_of(training, data::all_of(training)).size());
    if (folds < 2 || people < 2)
        throw error(
            "study::choose_epochs", "two or more inner folds of two or more training people",
            text(folds, " folds of ", people, " people"), "state the number of epochs instead");
    epoch_choice out;
    out.folds = std::min(folds, people);
    int number = 0;
    for (const data::split& inner : data::subject_folds(training, out.folds)) {
        const auto found =
            score(training.subset(inner.train), training.subset(inner.test), number++);
        if (found.empty() || (!out.scores.empty() && found.size() != out.scores.size()))
            throw error("study::choose_epochs", "a score after each epoch of every inner fold",
                        text(found.size(), " scores"));
        out.scores.resize(found.size());
        for (std::size_t e = 0; e < found.size(); ++e) out.scores[e] += found[e] / out.folds;
    }
    const auto best = std::max_element(out.scores.begin(), out.scores.end());
    out.epochs = static_cast<int>(best - out.scores.begin()) + 1;
    return out;
}

}  // namespace MGKIT_NAMESPACE::study
