// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/clip/cut.hpp"

#include <algorithm>
#include <cmath>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::clip {

MGKIT_INLINE int frames_at_rate(int length, double from, double to) {
    if (to == 0 || to == from) return length;
    if (!(from > 0 && to > 0 && std::isfinite(from) && std::isfinite(to)))
        throw error("cut", "frame rates above 0 to convert between", text(from, " and ", to),
                    "state the recording's frames per second");
    constexpr double most = 1e9;
    return static_cast<int>(std::clamp(std::round(length / from * to), 1.0, most));
}

MGKIT_INLINE void cut(const data::recording& from, const data::segment& interval, int frames,
                      skeleton::pose<float>& out, double rate) {
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
