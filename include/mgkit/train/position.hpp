// SPDX-License-Identifier: MIT
// Where a training run stands, and what it has seen so far.
// infrastructure
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::train {

/// Sums or means of a loss's parts, by name.
using loss_parts = std::vector<std::pair<std::string, double>>;

/// One entry of the training curve: means over an epoch.
struct epoch_record {
    int epoch = 0;  ///< 0-based
    double loss = 0;
    double rate = 0;
    loss_parts parts;
};

/// Where a run stands between two steps. Random draws are keyed by epoch and clip, so position,
/// parameters, optimiser state and the sums of the current epoch are all there is.
struct position {
    int epoch = 0;       ///< epoch of the next step
    int next_batch = 0;  ///< batch of the next step within it
    double loss_sum = 0;
    loss_parts part_sums;
    std::vector<epoch_record> history;
    int best_epoch = -1;  ///< whose parameters were kept as the best; -1 for none yet
    double best_score = 0;
};

}  // namespace MGKIT_NAMESPACE::train
