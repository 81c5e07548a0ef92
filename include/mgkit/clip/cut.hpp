// SPDX-License-Identifier: MIT
// infrastructure: a step between sampling and pre-processing
// An interval of a recording as a clip of bounded length.
#pragma once

#include "mgkit/clip/resample.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// How many frames an interval of `length` frames at `from` frames per second has at `to`: to the
/// nearest, at least one. `to` = 0 keeps the rate.
/// Errors: mgkit::error for a rate that is asked for where the own one is unknown.
int frames_at_rate(int length, double from, double to);

/// Frames [start, end) of a recording as C T V 1 with T = `frames`, at `rate` frames per second (0:
/// the recording's own).
///
/// At the recording's own rate intervals of at most T frames are kept frame by frame; at another
/// they are resampled (see `resample`) to `frames_at_rate`. `length` tells how many frames are
/// real, the rest is 0. Intervals that would be longer than T frames are resampled to T, at
/// whatever rate that is. Joints with confidence 0 have coordinates 0. Errors: mgkit::error for an
/// interval outside the recording, frames < 1, another rate where the own one is unknown.
/// Randomness: none. Cost: C T V.
void cut(const data::recording& from, const data::segment& interval, int frames,
         skeleton::pose<float>& out, double rate = 0);

}  // namespace MGKIT_NAMESPACE::clip

#if !defined(MGKIT_COMPILED)
#include "mgkit/clip/cut-inl.hpp"
#endif
