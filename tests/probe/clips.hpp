// SPDX-License-Identifier: MIT
// Small generated clips for the tests of probes.
#pragma once

#include <cstdint>
#include <vector>

#include "mgkit/core/random.hpp"
#include "mgkit/probe/baseline.hpp"
#include "mgkit/skeleton/pose.hpp"

using mgkit::skeleton::channel_layout;
using clip = mgkit::skeleton::pose<float>;

/// A clip of noise; with confidences, about a fifth of the joints are missing.
inline clip random_clip(std::uint32_t id, channel_layout layout, int frames, int joints,
                        int persons = 1, int padding = 0) {
    mgkit::random_stream noise({17, 0, id}, "clip");
    clip out({layout, frames + padding, joints, persons}, frames);
    const auto view = out.view();
    for (int c = 0; c < mgkit::skeleton::channels(layout); ++c)
        for (int t = 0; t < frames; ++t)
            for (int v = 0; v < joints; ++v)
                for (int m = 0; m < persons; ++m)
                    view.at(c, t, v, m) = c < mgkit::skeleton::coordinates(layout)
                                              ? static_cast<float>(noise.normal())
                                              : (noise.uniform() < .2 ? 0.f : .5f);
    return out;
}

inline std::vector<mgkit::probe::clip_view> views(const std::vector<clip>& clips) {
    std::vector<mgkit::probe::clip_view> out;
    for (const clip& c : clips) out.push_back(c.view());
    return out;
}
