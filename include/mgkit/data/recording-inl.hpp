// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/recording.hpp"

#include <algorithm>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_COLD_INLINE bool runs_across(std::span<const int> cuts, int start, int end) {
    const auto next = std::upper_bound(cuts.begin(), cuts.end(), start);
    return next != cuts.end() && *next < end;
}

MGKIT_COLD_INLINE void check(const recording& r) {
    const std::string where = "recording " + r.name;
    if (r.frames() < 1) throw error(where, "at least one frame", "none");
    if (r.poses.shape().persons != 1)
        throw error(where, "one person", text(r.poses.shape().persons),
                    "choose one with primary_person");
    if (r.poses.shape().joints != skeleton::joint_count(r.topology))
        throw error(where, text(skeleton::joint_count(r.topology), " joints, as its skeleton has"),
                    text(r.poses.shape().joints));
    if (r.fps < 0) throw error(where, "a frame rate of at least 0", text(r.fps));
}

MGKIT_COLD_INLINE void add_confidence(recording& r) {
    skeleton::pose_shape shape = r.poses.shape();
    if (skeleton::has_confidence(shape.layout)) return;
    const skeleton::pose<float> before = r.poses;
    shape.layout = shape.layout == skeleton::channel_layout::xy ? skeleton::channel_layout::xyc
                                                                : skeleton::channel_layout::xyzc;
    r.poses.resize(shape, before.length());
    const auto from = before.view();
    const auto to = r.poses.view();
    const int dims = skeleton::coordinates(shape.layout);
    for (int c = 0; c < dims; ++c)
        std::copy(from.plane(c), from.plane(c) + shape.plane(), to.plane(c));
    std::fill(to.plane(dims), to.plane(dims) + shape.plane(), 1.0f);
    r.confidence_assumed = true;
}

}  // namespace MGKIT_NAMESPACE::data
