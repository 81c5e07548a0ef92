// SPDX-License-Identifier: MIT
// What a pose estimator makes of a figure: noise that remembers, and confidence by what can be
// seen.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "mgkit/data/interview/camera.hpp"
#include "mgkit/data/interview/detail/figure.hpp"
#include "mgkit/data/interview/settings.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data::interview::detail {

enum class sight { seen, covered, hidden };

/// Confidences by sight: Beta(18, 2), Beta(4, 4), Beta(1, 9).
struct confidence_tables {
    std::array<beta_of_normal, 3> of{beta_of_normal(18, 2), beta_of_normal(4, 4),
                                     beta_of_normal(1, 9)};
    double operator()(sight s, double z) const { return of[static_cast<std::size_t>(s)](z); }
};

/// Below this confidence a joint is placed worse.
inline constexpr double unsure_below = 0.3;

/// Observes one figure frame by frame. Coordinates are the projected joints plus AR(1) noise in
/// units of w; confidence follows a process of its own rank per joint, so that its distribution is
/// exactly the state's and its changes are as slow as an estimator's.
class observer {
public:
    observer(const settings& s, const confidence_tables& tables, const camera& view,
             const random_stream& random)
        : s_(s), tables_(tables), view_(view), draw_(random.fork("noise")) {
        for (std::size_t j = 0; j < joint_total; ++j) {
            noise_[j] = {draw_(), draw_()};
            rank_[j] = draw_();
        }
    }

    /// Writes frame t. `joints` are shoulder widths; channels x, y, c.
    void frame(int t, const joint_set& joints, skeleton::pose_view<float> out) {
        const double now = t / frame_rate, zoom = view_.zoom(now), shear = view_.shear(now);
        std::array<camera::point, joint_total> seen;
        for (std::size_t j = 0; j < joint_total; ++j)
            seen[j] = view_.project(joints[j], zoom, shear);
        const double scale = view_.width * zoom;
        find_sight(joints, seen, scale);
        const double add = std::sqrt(1 - s_.noise_memory * s_.noise_memory);
        for (std::size_t j = 0; j < joint_total; ++j) {
            noise_[j].first = s_.noise_memory * noise_[j].first + add * draw_();
            noise_[j].second = s_.noise_memory * noise_[j].second + add * draw_();
            rank_[j] = rank_keep * rank_[j] + rank_add * draw_();
            const double confidence = tables_(sight_[j], rank_[j]);
            double size = deviation(j) * scale;
            if (j >= left_fingers && t > 0 && length(joints[j] - last_[j]) > 0.02)
                size *= s_.moving_factor;
            if (confidence < unsure_below) size *= s_.unsure_factor;
            const int v = static_cast<int>(j);
            out.at(0, t, v) = static_cast<float>(seen[j].x + size * noise_[j].first);
            out.at(1, t, v) = static_cast<float>(seen[j].y + size * noise_[j].second);
            out.at(2, t, v) = static_cast<float>(confidence);
        }
        last_ = joints;
    }

private:
    // A confidence forgets within about half a second.
    static constexpr double rank_keep = 0.9, rank_add = 0.43588989435406733;

    double deviation(std::size_t j) const {
        if (j >= left_fingers) return s_.finger_noise;
        const bool face = (j >= nose && j <= right_ear) || (j >= 14 && j <= chin);
        return face ? s_.face_noise : s_.body_noise;
    }

    void find_sight(const joint_set& joints, const std::array<camera::point, joint_total>& seen,
                    double scale) {
        for (std::size_t j = 0; j < joint_total; ++j) {
            const bool inside = seen[j].x >= 0 && seen[j].x < image_width && seen[j].y >= 0 &&
                                seen[j].y < image_height;
            sight_[j] = inside && seen[j].y < view_.desk ? sight::seen : sight::hidden;
        }
        // Hands behind the trunk.
        for (std::size_t arm = 0; arm < 2; ++arm)
            for (std::size_t k = 0; k < 11; ++k) {
                const std::size_t j =
                    k == 0 ? left_wrist + arm : (arm == 0 ? left_fingers : right_fingers) + k - 1;
                const vec3& p = joints[j];
                if (p.z < -0.08 && std::abs(p.x) < 0.48 && p.y < -0.1) sight_[j] = sight::hidden;
            }
        // A hand before something covers it: the middle of its fingers as a disc.
        for (std::size_t arm = 0; arm < 2; ++arm) {
            const std::size_t base = (arm == 0 ? left_fingers : right_fingers) + 4;
            const std::size_t own = arm == 0 ? left_fingers : right_fingers;
            if (sight_[base] == sight::hidden) continue;
            const double reach = 0.14 * scale, reach_squared = reach * reach;
            for (std::size_t j = 0; j < joint_total; ++j) {
                if ((j >= own && j < own + 10) || j == left_wrist + arm) continue;
                const double dx = seen[j].x - seen[base].x, dy = seen[j].y - seen[base].y;
                if (sight_[j] == sight::seen && dx * dx + dy * dy < reach_squared &&
                    seen[j].depth < seen[base].depth + 0.05)
                    sight_[j] = sight::covered;
            }
        }
        // The ear turned away.
        const vec3 across = joints[left_ear] - joints[right_ear];
        const double turned = std::atan2(-across.z, across.x) + view_.yaw;
        constexpr double limit = 30 * two_pi / 360;
        if (turned > limit && sight_[left_ear] == sight::seen) sight_[left_ear] = sight::covered;
        if (turned < -limit && sight_[right_ear] == sight::seen) sight_[right_ear] = sight::covered;
    }

    const settings& s_;
    const confidence_tables& tables_;
    camera view_;
    normals draw_;
    std::array<std::pair<double, double>, joint_total> noise_{};
    std::array<double, joint_total> rank_{};
    std::array<sight, joint_total> sight_{};
    joint_set last_{};
};

}  // namespace MGKIT_NAMESPACE::data::interview::detail
