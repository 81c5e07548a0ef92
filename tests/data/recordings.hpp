// SPDX-License-Identifier: MIT
// Small recordings for tests, and what it means that two are the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/skeleton/dynamic.hpp"

namespace recordings {

using namespace mgkit;
using skeleton::channel_layout;

/// Values that are no numbers are marked, not refused.
inline const data::read_policy marking{.not_finite = data::not_finite_rule::mark_invalid};

/// Joints with all digits a float has; about a quarter not seen, zero as readers give them.
template <class Topology>
data::recording random_recording(int frames, channel_layout layout = channel_layout::xyc,
                                 std::uint64_t seed = 1) {
    data::recording out;
    out.name = "small";
    out.fps = 25;
    out.width = 1280;
    out.height = 720;
    out.topology = skeleton::dynamic::copy_of(Topology{});
    const int joints = skeleton::joint_count_v<Topology>;
    out.poses.resize({layout, frames, joints, 1}, frames);
    random_stream random({.seed = seed}, "test recordings");
    const auto view = out.poses.view();
    const int dims = skeleton::coordinates(layout);
    for (int t = 0; t < frames; ++t)
        for (int v = 0; v < joints; ++v) {
            const bool seen = !skeleton::has_confidence(layout) || random.uniform() > 0.25;
            for (int c = 0; c < dims; ++c)
                view.at(c, t, v) = seen ? static_cast<float>(random.uniform(-100, 1300)) : 0.0f;
            if (skeleton::has_confidence(layout))
                view.at(dims, t, v) = seen ? static_cast<float>(random.uniform(.01, 1)) : 0.0f;
        }
    return out;
}

/// Makes every joint of a frame invalid.
inline void blank(data::recording& one, int t) {
    const auto view = one.poses.view();
    for (int c = 0; c < skeleton::channels(view.shape.layout); ++c)
        for (int v = 0; v < view.shape.joints; ++v) view.at(c, t, v) = 0;
}

inline std::vector<float> values(const data::recording& one) {
    return {one.poses.view().values, one.poses.view().values + one.poses.shape().size()};
}

inline void check_same(const data::recording& a, const data::recording& b) {
    CHECK(a.topology.joints == b.topology.joints);
    REQUIRE(a.poses.shape() == b.poses.shape());
    CHECK(a.frames() == b.frames());
    CHECK(values(a) == values(b));
}

/// Detections from frames of people, each person as its joints in the layout.
struct crowd {
    data::detections out;

    explicit crowd(skeleton::dynamic topology, channel_layout layout = channel_layout::xyc) {
        out.name = "crowd";
        out.topology = std::move(topology);
        out.layout = layout;
    }
    crowd& person(const std::vector<float>& joints, int track = -1) {
        out.add_person(joints, track);
        return *this;
    }
    crowd& frame() {
        out.end_frame();
        return *this;
    }
};

}  // namespace recordings
