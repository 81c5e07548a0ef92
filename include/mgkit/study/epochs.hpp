// SPDX-License-Identifier: MIT
// How long to train, as people of the training side decide.
#pragma once

#include <functional>
#include <vector>

#include "mgkit/data/clip_set.hpp"
#include "mgkit/study/row.hpp"

namespace MGKIT_NAMESPACE::study {

/// A number of epochs, and what it was chosen by.
struct epoch_choice {
    int epochs = 0;  ///< those after which the mean score was highest, the fewest of equals
    int folds = 0;   ///< inner ones, of whole people
    std::vector<double> scores;  ///< means over them after each epoch

    /// For a row: `epochs` and how they were chosen.
    std::vector<setting> chosen() const;
};

/// Trains on `learned` and returns the score on `judged` after each epoch, higher is better;
/// `inner` counts the folds from 0.
using epoch_scorer = std::function<std::vector<double>(const data::clip_set& learned,
                                                       const data::clip_set& judged, int inner)>;

/// Splits the people of a training side into `folds` (fewer where there are fewer people), each of
/// which is judged by what the others train, and takes the epochs that are best on average. The
/// tested people of a study are not among the clips, so nothing of them decides.
/// Errors: fewer than two people or folds; scores of different numbers of epochs, or of none.
epoch_choice choose_epochs(const data::clip_set& training, int folds, const epoch_scorer& score);

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/epochs-inl.hpp"
#endif
