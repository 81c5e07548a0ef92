// What the readers accept at most.
// infrastructure: not itself a reader
#pragma once

#include <cstddef>
#include <cstdint>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// Bounds on files of unknown origin. Memory stays within about twenty times the size of the text
/// whatever it says, and no frame number can ask for more than `frames` empty frames.
struct limits {
    std::size_t bytes = std::size_t{4} << 30;  ///< of one JSON or CSV file
    std::size_t depth = 64;                    ///< of nested JSON
    std::int64_t frames = 10'000'000;          ///< of a recording; four days at 25 fps
    std::size_t people = 1000;                 ///< in one frame
};

}  // namespace MGKIT_NAMESPACE::data::readers
