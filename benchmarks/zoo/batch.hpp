// SPDX-License-Identifier: MIT
// Random clips and labels for encoders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mgkit/core/random.hpp"

namespace bench {

/// Random labels below `classes`, and clips of normal noise that is larger for a later class, so
/// that there is something to learn; the same for the same step.
template <class S>
struct random_batch {
    std::vector<S> clips;
    std::vector<int> labels;

    random_batch(std::uint32_t step, int rows, std::size_t clip_values, int classes) {
        mgkit::random_stream draws(mgkit::random_key{17, step, 0, 0}, "zoo");
        for (int i = 0; i < rows; ++i)
            labels.push_back(static_cast<int>(draws.below(static_cast<std::uint32_t>(classes))));
        for (const int label : labels)
            for (std::size_t i = 0; i < clip_values; ++i)
                clips.push_back(static_cast<S>((1 + label) * draws.normal()));
    }
};

}  // namespace bench
