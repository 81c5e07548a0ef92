// SPDX-License-Identifier: MIT
// The seated figure: a posture in, the 41 joints of `upper_body` out.
#pragma once

#include <array>
#include <cstddef>

#include "mgkit/data/interview/detail/geometry.hpp"
#include "mgkit/data/interview/subject.hpp"

namespace MGKIT_NAMESPACE::data::interview::detail {

/// Joint numbers of skeleton::upper_body that are spoken of by name here.
enum joint : std::size_t {
    neck = 0,
    nose = 1,
    left_ear = 4,
    right_ear = 5,
    left_shoulder = 6,
    left_elbow = 8,
    left_wrist = 10,
    left_hip = 12,
    upper_lip = 16,
    lower_lip = 17,
    left_corner = 18,
    chin = 20,
    left_fingers = 21,
    right_fingers = 31,
    joint_total = 41
};
using joint_set = std::array<vec3, joint_total>;

/// x towards the person's left, y up, z towards the audience; origin in the middle of the shoulders
/// at rest; unit one shoulder width.
constexpr double side_sign(std::size_t arm) {
    return arm == 0 ? 1.0 : -1.0;
}

/// Where a hand should be and how it is held. Mixes linearly with another.
struct hand_goal {
    vec3 wrist, direction, palm, elbow_hint;
    double curl = 0, spread = 0;
};
inline hand_goal mix(const hand_goal& a, const hand_goal& b, double share) {
    return {mix(a.wrist, b.wrist, share),       mix(a.direction, b.direction, share),
            mix(a.palm, b.palm, share),         mix(a.elbow_hint, b.elbow_hint, share),
            a.curl + share * (b.curl - a.curl), a.spread + share * (b.spread - a.spread)};
}

/// Everything but the arms at one moment.
struct posture {
    vec3 shift;                                 ///< of the torso
    double lean_side = 0, lean_front = 0;       ///< radians about the hips
    std::array<double, 2> lift{};               ///< of the shoulders
    double yaw = 0, pitch = 0, roll = 0;        ///< of the head; positive pitch looks down
    double sink = 0;                            ///< of the head into the shoulders
    double lip_gap = 0, corners = 0, puff = 0;  ///< corners outwards; puff of the lower face
};

/// Turns a posture into joints. Hands and arms are placed one after the other, since one hand may
/// reach for the other arm.
class figure {
public:
    explicit figure(const proportions& body) : body_(body) {}

    /// Torso and head.
    void place(const posture& p) {
        const vec3 hips{0, -body_.torso, 0};
        const turn bent(0, p.lean_front, p.lean_side);
        torso_ = {bent, hips, p.shift};
        head_turn_ = turn(p.yaw, p.pitch, p.roll);
        pivot_ = on_torso({0, 0.26 * body_.head, -0.02}) - vec3{0, p.sink, 0};
        for (std::size_t arm = 0; arm < 2; ++arm) {
            const double s = side_sign(arm);
            joints[left_shoulder + arm] = on_torso({0.5 * s, p.lift[arm], 0});
            joints[left_hip + arm] = hips + vec3{s * body_.hip, 0, 0} + 0.3 * p.shift;
        }
        joints[neck] = mix(joints[left_shoulder], joints[left_shoulder + 1], 0.5);
        const double puff = p.puff, gap = 0.5 * p.lip_gap;
        joints[nose] = on_head({0, 0.60, 0.30});
        for (std::size_t k = 0; k < 2; ++k) {
            const double s = side_sign(k);
            joints[2 + k] = on_head({0.09 * s, 0.70, 0.24});
            joints[left_ear + k] = on_head({0.20 * s, 0.63, 0.0});
            joints[14 + k] = on_head({0.10 * s, 0.78, 0.24});
            joints[left_corner + k] =
                on_head({s * (body_.mouth + p.corners + puff), 0.48, 0.24 + 0.3 * puff});
        }
        joints[upper_lip] = on_head({0, 0.48 + gap, 0.27 + 0.3 * puff});
        joints[lower_lip] = on_head({0, 0.48 - gap, 0.27 + 0.3 * puff});
        joints[chin] = on_head({0, 0.37 - gap - puff, 0.22 + puff});
    }

    /// A point given at rest, carried along by the torso or the head.
    vec3 on_torso(const vec3& p) const {
        return torso_.hips + torso_.bent(p - torso_.hips) + torso_.shift;
    }
    vec3 on_head(const vec3& p) const {
        const vec3 local{p.x, p.y - 0.26, p.z + 0.02};
        return pivot_ + body_.head * head_turn_(local);
    }

    /// Arm and hand; `arm` 0 is the left one. Lengths never change, so a goal out of reach is not
    /// touched.
    void place_arm(std::size_t arm, const hand_goal& goal) {
        const vec3 shoulder = joints[left_shoulder + arm];
        const arm_joints a =
            reach(shoulder, goal.wrist, goal.elbow_hint, body_.upper_arm, body_.forearm);
        joints[left_elbow + arm] = a.elbow;
        joints[left_wrist + arm] = a.wrist;
        const vec3 along = unit(goal.direction, {0, 0, 1});
        const vec3 palm = unit(goal.palm - dot(goal.palm, along) * along, {0, -1, 0});
        const vec3 across = -side_sign(arm) * cross(along, palm);
        struct finger {
            double base_along, base_across, length;
        };
        constexpr std::array<finger, 5> fingers{{{0.10, 0.09, 0.13},
                                                 {0.23, 0.055, 0.18},
                                                 {0.235, 0.015, 0.20},
                                                 {0.22, -0.025, 0.185},
                                                 {0.20, -0.06, 0.145}}};
        const double c = std::cos(2 * goal.curl), s = std::sin(2 * goal.curl);
        const std::size_t first = arm == 0 ? left_fingers : right_fingers;
        for (std::size_t f = 0; f < fingers.size(); ++f) {
            const finger& part = fingers[f];
            const vec3 base =
                a.wrist + body_.hand * (part.base_along * along + part.base_across * across);
            vec3 way = c * along + s * palm;
            if (f == 0) way = unit(way + 0.6 * across);
            const double fan = goal.spread * (1.5 - static_cast<double>(f));
            way = unit(way + fan * across);
            joints[first + 2 * f] = base;
            joints[first + 2 * f + 1] = base + (body_.hand * part.length) * way;
        }
    }

    const proportions& body() const { return body_; }
    joint_set joints{};

private:
    struct torso_frame {
        turn bent{0, 0, 0};
        vec3 hips, shift;
    };
    proportions body_;
    torso_frame torso_;
    turn head_turn_{0, 0, 0};
    vec3 pivot_;
};

}  // namespace MGKIT_NAMESPACE::data::interview::detail
