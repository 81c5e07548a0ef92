// SPDX-License-Identifier: MIT
// What goes wrong in an estimator's output: dips, gaps, exchanged hands, joints given up.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mgkit/core/random.hpp"
#include "mgkit/data/interview/camera.hpp"
#include "mgkit/data/interview/detail/distributions.hpp"
#include "mgkit/data/interview/detail/figure.hpp"
#include "mgkit/data/interview/detail/motion.hpp"
#include "mgkit/data/interview/settings.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/upper_body.hpp"

namespace MGKIT_NAMESPACE::data::interview::detail {

using pixels = skeleton::pose_view<float>;

/// Joints that fail together: a part of the body, or all of it.
inline bool fails(std::uint32_t part, int joint) {
    constexpr auto& part_of = skeleton::upper_body::part_of;
    return part >= 6 || part_of[static_cast<std::size_t>(joint)] == static_cast<int>(part);
}

inline void dip(random_stream& random, int t, pixels out) {
    const std::uint32_t part = random.below(7);
    const float factor = static_cast<float>(random.uniform(0.02, 0.5));
    for (int v = 0; v < out.shape.joints; ++v)
        if (fails(part, v)) out.at(2, t, v) *= factor;
}

/// Frames [start, end) of one part: coordinates stay as they were, or jump away; confidence is that
/// of a hidden joint. A coordinate that would be right by chance is moved off.
inline void gap(random_stream& random, int start, int end, const camera& view,
                skeleton::pose_view<const float> latent, const beta_of_normal& hidden, pixels out) {
    const std::uint32_t part = random.below(6);
    const double width = view.width;
    const bool frozen = random.uniform() < 0.5;
    const double angle = two_pi * random.uniform(), shift = width * random.uniform(0.2, 0.6);
    const double dx = frozen ? 0 : shift * std::cos(angle),
                 dy = frozen ? 0 : shift * std::sin(angle);
    for (int v = 0; v < out.shape.joints; ++v) {
        if (!fails(part, v)) continue;
        const int last = std::max(0, start - 1);
        const double x = out.at(0, last, v) + dx, y = out.at(1, last, v) + dy;
        for (int t = start; t < end; ++t) {
            double px = x + 0.002 * width * random.normal();
            const double py = y + 0.002 * width * random.normal();
            const vec3 joint{latent.at(0, t, v), latent.at(1, t, v), latent.at(2, t, v)};
            const double now = t / frame_rate;
            const camera::point truth = view.project(joint, view.zoom(now), view.shear(now));
            if (std::hypot(px - truth.x, py - truth.y) < 0.01 * width) px += 0.03 * width;
            out.at(0, t, v) = static_cast<float>(px);
            out.at(1, t, v) = static_cast<float>(py);
            out.at(2, t, v) = static_cast<float>(hidden(random.normal()));
        }
    }
}

inline void exchange_hands(int start, int end, pixels out) {
    const auto& mirror = skeleton::upper_body::mirror;
    for (int v = static_cast<int>(left_wrist); v < static_cast<int>(right_fingers); ++v) {
        const int w = mirror[static_cast<std::size_t>(v)];
        const bool hand = v == static_cast<int>(left_wrist) || v >= static_cast<int>(left_fingers);
        if (!hand) continue;
        for (int c = 0; c < 3; ++c)
            for (int t = start; t < end; ++t) std::swap(out.at(c, t, v), out.at(c, t, w));
    }
}

/// The neck as an estimator without one gives it: the middle of the shoulders, as sure as the less
/// sure of them. Joints below `zero_below` become 0, 0, 0.
inline void give_up(const settings& s, int t, pixels out) {
    constexpr int a = static_cast<int>(left_shoulder), b = a + 1;
    out.at(2, t, 0) = std::min(out.at(2, t, a), out.at(2, t, b));
    for (int c = 0; c < 2; ++c) out.at(c, t, 0) = 0.5f * (out.at(c, t, a) + out.at(c, t, b));
    for (int v = 0; v < out.shape.joints; ++v) {
        float& confidence = out.at(2, t, v);
        confidence = std::min(confidence, 1.0f);
        if (!(confidence < static_cast<float>(s.zero_below)) && confidence > 0) continue;
        for (int c = 0; c < 3; ++c) out.at(c, t, v) = 0;
    }
}

}  // namespace MGKIT_NAMESPACE::data::interview::detail
