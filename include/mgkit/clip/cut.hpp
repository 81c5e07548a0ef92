// infrastructure: a step between sampling and pre-processing
// An interval of a recording as a clip of bounded length.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "mgkit/clip/resample.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// How many frames an interval of `length` frames at `from` frames per second has at `to`: to the
/// nearest, at least one. `to` = 0 keeps the rate.
/// Errors: mgkit::error for a rate that is asked for where the own one is unknown.
inline int frames_at_rate(int length, double from, double to) {
    if (to == 0 || to == from) return length;
    if (!(from > 0 && to > 0 && std::isfinite(from) && std::isfinite(to)))
        throw error("cut", "frame rates above 0 to convert between", text(from, " and ", to),
                    "state the recording's frames per second");
    constexpr double most = 1e9;
    return static_cast<int>(std::clamp(std::round(length / from * to), 1.0, most));
}

/// Frames [start, end) of a recording as C T V 1 with T = `frames`, at `rate` frames per second (0:
/// the recording's own).
///
/// At the recording's own rate intervals of at most T frames are kept frame by frame; at another
/// they are resampled (see `resample`) to `frames_at_rate`. `length` tells how many frames are
/// real, the rest is 0. Intervals that would be longer than T frames are resampled to T, at
/// whatever rate that is. Joints with confidence 0 have coordinates 0. Errors: mgkit::error for an
/// interval outside the recording, frames < 1, another rate where the own one is unknown.
/// Randomness: none. Cost: C T V.
inline void cut(const data::recording& from, const data::segment& interval, int frames,
                skeleton::pose<float>& out, double rate = 0) {
    if (frames < 1) throw error("cut", "at least one frame", text(frames));
    if (interval.start < 0 || interval.end > from.frames() || interval.length() < 1)
        throw error("cut of " + from.name, text("an interval within ", from.frames(), " frames"),
                    text(interval.start, " to ", interval.end));
    skeleton::pose_shape shape = from.poses.shape();
    shape.frames = frames;
    out.resize(shape, std::min(frames_at_rate(interval.length(), from.fps, rate), frames));
    resample<float>(from.poses.view(), interval.start, interval.length(), out.view());
}

}  // namespace MGKIT_NAMESPACE::clip
