// SPDX-License-Identifier: MIT
// Frames per second from the times of frames, which cameras and programs get wrong in known ways.
// infrastructure: not itself a reader
#pragma once

#include <vector>

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/findings.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// When a frame was taken.
struct frame_time {
    int frame = 0;
    double milliseconds = 0;
};

/// The rate by the median step of the times that rise, per frame; 0 where fewer than two do.
///
/// Counted in `found`: times that do not rise above those before (they are not used), steps longer
/// than one and a half medians (frames that are not there; none are added), and a `stated` rate
/// that differs by more than a tenth. Without a stated rate the one returned is said to be guessed.
/// Cost: linear.
double rate_of(const std::vector<frame_time>& times, double stated, findings& found);

}  // namespace MGKIT_NAMESPACE::data::readers::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/frame_times-inl.hpp"
#endif
