// infrastructure: a step between sampling and pre-processing
// An interval of a recording as a clip of bounded length.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mgkit/clip/resample.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/data/recording.hpp"

namespace mgkit::clip {

/// Frames [start, end) of a recording as C T V 1 with T = `frames`.
///
/// Intervals of at most T frames are kept frame by frame and padded with zeros, `length` telling
/// how many are real; longer ones are resampled to T frames (see `resample`). Joints with
/// confidence 0 have coordinates 0. Errors: mgkit::error for an interval outside the recording,
/// frames < 1. Randomness: none. Cost: C T V.
inline void cut(const data::recording& from, const data::segment& interval, int frames,
                skeleton::pose<float>& out) {
    if (frames < 1) throw error("cut", "at least one frame", text(frames));
    if (interval.start < 0 || interval.end > from.frames() || interval.length() < 1)
        throw error("cut of " + from.name, text("an interval within ", from.frames(), " frames"),
                    text(interval.start, " to ", interval.end));
    skeleton::pose_shape shape = from.poses.shape();
    shape.frames = frames;
    out.resize(shape, std::min(interval.length(), frames));
    resample<float>(from.poses.view(), interval.start, interval.length(), out.view());
}

}  // namespace mgkit::clip
