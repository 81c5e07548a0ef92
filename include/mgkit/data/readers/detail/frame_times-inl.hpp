// SPDX-License-Identifier: MIT
// Definitions of frame_times.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/readers/detail/frame_times.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

MGKIT_INLINE double rate_of(const std::vector<frame_time>& times, double stated, findings& found) {
    struct step {
        int frame;
        double per_frame, frames;
    };
    std::vector<step> steps;
    const frame_time* last = nullptr;
    const frame_time* fallen = nullptr;  // the clock may have started anew there
    for (const frame_time& time : times) {
        if (last != nullptr && time.milliseconds <= last->milliseconds) {
            if (fallen == nullptr || time.milliseconds <= fallen->milliseconds) {
                found.add(finding_kind::left_out, "timestamps_not_rising",
                          "timestamps that do not rise above the one before", 1, time.frame);
                fallen = &time;
                continue;
            }
            last = fallen;
        }
        fallen = nullptr;
        if (last != nullptr) {
            const double frames = time.frame - last->frame;
            steps.push_back(
                {time.frame, (time.milliseconds - last->milliseconds) / frames, frames});
        }
        last = &time;
    }
    if (steps.empty()) return 0;
    std::vector<double> sorted;
    for (const step& one : steps) sorted.push_back(one.per_frame);
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    for (const step& one : steps)
        if ((one.per_frame - *middle) * one.frames > *middle / 2)
            found.add(finding_kind::suspect, "timestamp_gaps",
                      "steps of the timestamps longer than 1.5 frames; frames were kept as they "
                      "stand, none added",
                      1, one.frame);
    const double rate = 1000.0 / *middle;
    if (stated <= 0)
        found.add(finding_kind::guessed, "rate_from_timestamps",
                  "frame rate, from the median step of the timestamps");
    else if (std::abs(rate - stated) > stated / 10)
        found.add(finding_kind::suspect, "rate_differs",
                  text("frame rate stated (", stated, " per second) where the timestamps have ",
                       std::round(rate * 100) / 100));
    return rate;
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
