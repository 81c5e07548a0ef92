// SPDX-License-Identifier: MIT
// Training with labels: an encoder and a classifier, how long by people of the training side.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/study/epochs.hpp"
#include "mgkit/study/protocol.hpp"
#include "pipeline.hpp"

namespace mgfm {

/// One training with labels; what it refers to must stay.
struct supervision {
    const mgkit::data::clip_set& clips;  ///< of the training side
    const mgkit::data::clip_set& test;
    mgkit::encode::clip_input input;
    model_options model;
    learning_options learning;
    std::uint64_t seed = 1;
    int threads = 1;
    std::string
        checkpoint;  ///< file to resume from, and the start of those of inner folds; or none
    mgkit::recipe prepared;  ///< how the clips were prepared
    std::string words;       ///< what progress is shown of
};

struct supervised_result {
    trained_encoder encoder;  ///< with its classifier
    mgkit::probe::evaluation scores;
    std::vector<mgkit::train::epoch_record> history;
    std::optional<mgkit::study::epoch_choice> choice;  ///< where people chose the epochs
    mgkit::recipe made_of;

    /// For a row: what the training side chose.
    std::vector<mgkit::study::setting> chosen() const;
};

/// Trains, and scores `test`. Where the options say so, inner folds of the training people are
/// trained first, and the number of epochs is the one that is best for them on average. The test
/// side decides nothing. Stopped anywhere, it resumes to the same bits.
supervised_result supervise(const supervision& what);

/// What `supervise` makes of training clips, in parts, without the clips themselves.
mgkit::recipe supervised_parts(const mgkit::data::clip_set& clips,
                               const mgkit::encode::clip_input& input, const model_options& model,
                               const learning_options& learning);

/// Training with labels as pre-training is configured, for comparison with it.
learning_options same_training(const training_options& training);

}  // namespace mgfm
