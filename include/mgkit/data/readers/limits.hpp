// SPDX-License-Identifier: MIT
// What the readers accept at most.
// infrastructure: not itself a reader
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// Bounds on files of unknown origin. Memory stays within about twenty times the size of the text
/// whatever it says: frame numbers may leave out an hour at 60 frames per second, and more where
/// many frames are there.
struct limits {
    std::size_t bytes = std::size_t{4} << 30;  ///< of one JSON or CSV file
    std::size_t depth = 64;                    ///< of nested JSON
    std::int64_t frames = 10'000'000;          ///< of a recording; four days at 25 fps
    std::size_t people = 1000;                 ///< in one frame

    /// Frames that may be missing in all between `present` that are there.
    std::int64_t missing(std::int64_t present) const {
        return std::min(frames, 250'000 + 100 * std::min(present, frames));
    }
};

}  // namespace MGKIT_NAMESPACE::data::readers
