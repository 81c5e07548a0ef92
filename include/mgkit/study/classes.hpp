// SPDX-License-Identifier: MIT
// Classes that somebody trains on, among all that a set names.
#pragma once

#include <span>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::study {

/// Classes that somebody trains on, and labels counted among them: what only tested people did, and
/// how long a list of classes is, must not reach what is trained.
struct trained_classes {
    std::vector<int> classes;  ///< in rising order
    std::vector<int> labels;   ///< positions in `classes`

    explicit trained_classes(std::span<const int> training_labels);

    int count() const { return static_cast<int>(classes.size()); }

    /// Scores [N, count()] as [N, all]: a class that was not trained on ranks below every other, so
    /// far that its softmax is 0.
    /// Errors: mgkit::error for scores of other columns, a class outside [0, all).
    std::vector<float> widened(std::span<const float> scores, int all) const;
};

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/classes-inl.hpp"
#endif
