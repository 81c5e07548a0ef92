// SPDX-License-Identifier: MIT
// Whether a third channel that nobody named is a score.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data::detail {

/// Extremes of x, y and a third channel.
struct third_channel {
    float x = 0, y = 0, lowest = 0, highest = 0;

    void add(float at_x, float at_y, float third) {
        if (!(std::isfinite(at_x) && std::isfinite(at_y) && std::isfinite(third))) return;
        x = std::max(x, std::abs(at_x));
        y = std::max(y, std::abs(at_y));
        lowest = std::min(lowest, third);
        highest = std::max(highest, third);
    }
    /// Within [0, 1], or a little above as OpenPose has it, beside pixels: a depth of a body in
    /// pixels spans about as many as the body.
    bool like_a_score() const {
        return lowest >= 0 && highest > 0 && highest <= 1.1f && x >= 50 && y >= 50;
    }
    /// Errors: `like_a_score`; `meta` is the file that does not name the channels.
    void require_coordinate(const std::string& meta) const {
        if (!like_a_score()) return;
        throw error(
            meta, "'channels', for the third looks like a score",
            text("none; it lies within 0 and ", highest, " beside x up to ", x, " and y up to ", y),
            "add \"channels\": [\"x\", \"y\", \"confidence\"], or \"z\" if it is a "
            "coordinate");
    }
};

}  // namespace MGKIT_NAMESPACE::data::detail
