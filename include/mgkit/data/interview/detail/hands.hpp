// SPDX-License-Identifier: MIT
// Where hands go: at rest, and for every gesture that moves one.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "mgkit/data/interview/detail/figure.hpp"
#include "mgkit/data/interview/detail/motion.hpp"

namespace MGKIT_NAMESPACE::data::interview::detail {

/// A place on the body that a finger tip goes to; x is towards the hand's own side.
struct landmark {
    vec3 at;
    bool on_head;
    double lead;  ///< from the wrist to what touches
    double curl;
};

/// Neighbours lie .12 to .2 w apart: 7 and 10, 11 and 14, 4 and 5, 3 and 12.
inline landmark landmark_of(int path) {
    switch (path) {
        case 2:
            return {{0.04, 0.98, 0.14}, true, 0.40, 0.15};
        case 3:
            return {{0.10, 0.95, 0.02}, true, 0.40, 0.2};
        case 4:
            return {{0.03, 0.82, 0.27}, true, 0.40, 0.1};
        case 5:
            return {{0.02, 0.64, 0.34}, true, 0.24, 0.05};
        case 6:
            return {{0.09, 0.70, 0.27}, true, 0.38, 0.25};
        case 7:
            return {{0.08, 0.55, 0.28}, true, 0.40, 0.15};
        case 8:
            return {{0.21, 0.63, 0.03}, true, 0.38, 0.2};
        case 9:
            return {{0.02, 0.47, 0.31}, true, 0.30, 0.6};
        case 10:
            return {{0.05, 0.40, 0.25}, true, 0.36, 0.35};
        case 11:
            return {{0.12, 0.13, 0.10}, false, 0.38, 0.2};
        case 12:
            return {{0.19, 0.87, -0.03}, true, 0.38, 0.3};
        case 13:
            return {{0.02, -0.13, 0.17}, false, 0.34, 0.5};
        case 14:
            return {{0.01, 0.02, 0.15}, false, 0.38, 0.1};
        case 15:
            return {{0.22, -0.02, -0.22}, false, 0.38, 0.3};
        default:
            return {{-0.02, -0.42, 0.22}, false, 0.38, 0.05};
    }
}

/// A hand whose tips touch `point`, coming from its own side.
inline hand_goal touching(std::size_t arm, const vec3& point, double lead, double curl) {
    const double s = side_sign(arm);
    const vec3 way = unit(point - vec3{0.42 * s, -0.25, 0.45});
    return {point - lead * way, way, {-0.2 * s, 0, -1}, {s, -0.5, -0.2}, curl, 0};
}

inline hand_goal resting_hand(const subject& who, const figure& body, std::size_t arm) {
    const double s = side_sign(arm);
    const vec3 bend{0.5 * s, -1, -0.35};
    const std::size_t leading = who.left_handed ? 0 : 1;
    if (who.rest == rest_pose::one_at_face && arm == leading) {
        const vec3 jaw = body.on_head({0.10 * s, 0.36, 0.18});
        hand_goal goal = touching(arm, jaw, 0.34, 0.45);
        goal.wrist += 0.5 * who.rest_offset[arm];
        return goal;
    }
    if (who.rest == rest_pose::clasped)
        return {vec3{0.15 * s, -0.80, 0.74} + who.rest_offset[0],
                {-0.8 * s, -0.1, 0.58},
                {-0.3 * s, -0.8, -0.3},
                bend,
                0.45,
                0};
    return {vec3{0.40 * s, -0.80, 0.70} + who.rest_offset[arm],
            {-0.55 * s, -0.05, 0.83},
            {0, -1, 0},
            bend,
            0.25,
            0.05};
}

/// What a hand does in `m` at time t. `body` holds the other arm already where a hand reaches for
/// it.
inline hand_goal gesturing_hand(const motion& m, const figure& body, std::size_t arm, double t) {
    const double s = side_sign(arm), wave = m.wave(t) * m.swing;
    const vec3 bend{0.5 * s, -1, -0.35};
    const std::size_t other = 1 - arm;
    switch (m.path) {
        case 16:
            return {body.on_torso({-0.28 * s, arm == 0 ? -0.50 : -0.58, arm == 0 ? 0.36 : 0.42}) +
                        m.offset,
                    {-0.9 * s, 0.15, -0.1},
                    {0, 0.2, -1},
                    {s, -0.6, 0.2},
                    0.3,
                    0};
        case 18:
            return {body.on_torso({0.20 * s, -1.12, -0.30}) + m.offset,
                    {-0.8 * s, -0.5, 0},
                    {0, 0, -1},
                    {s, -0.2, -0.8},
                    0.3,
                    0};
        case 29:
            return {body.on_torso({0.50 * s, -0.98, 0.02}) + m.offset,
                    {-0.4 * s, -0.6, 0.7},
                    {-s, 0, 0},
                    {s, 0.1, -0.5},
                    0.2,
                    0.1};
        case 21: {
            const vec3 from = body.joints[left_elbow + other], to = body.joints[left_wrist + other];
            const vec3 point = mix(from, to, 0.1 + 0.7 * m.choice) + wave * unit(to - from) +
                               vec3{0, 0.06, 0.06} + 0.4 * m.offset;
            hand_goal goal = touching(arm, point, 0.36, 0.15);
            goal.palm = {0, -1, -0.4};
            return goal;
        }
        case 26: {
            const vec3 point = mix(body.joints[left_shoulder + other],
                                   body.joints[left_elbow + other], 0.55 + 0.4 * m.choice) +
                               vec3{0, 0, 0.06} + 0.4 * m.offset;
            hand_goal goal = touching(arm, point, 0.26, 0.5);
            goal.palm = {-s, 0, -0.5};
            return goal;
        }
        case 22:
            return {vec3{0.06 * s, -0.84 + 0.7 * m.amount, 0.62} + 0.5 * m.offset +
                        (s * wave) * vec3{0, 0.3, 0.95},
                    {0, 0.15, 1},
                    {-s, 0, 0},
                    bend,
                    0.05,
                    0};
        case 23:
            return {vec3{0.18 * s, -0.82 + m.amount, 0.64} + 0.5 * m.offset,
                    {-0.75 * s, 0.35, 0.55},
                    {-0.5 * s, -0.3, -0.6},
                    bend,
                    0.5,
                    0.15};
        case 24:
            return {vec3{0.16 * s, -0.80 + m.amount, 0.58} + 0.5 * m.offset,
                    {-0.36 * s, 0.80, 0.48},
                    {-s, 0, 0.2},
                    bend,
                    0.02,
                    0.2};
        case 25: {
            const double grip = 0.35 + 2.5 * wave;
            const vec3 object = vec3{0.22 * s + 0.8 * (m.amount - 0.2), -0.78, 1.02} +
                                0.6 * m.offset + wave * vec3{m.axis.x, 0.4, m.axis.y};
            return {object - vec3{-0.08 * s, -0.10, 0.34},
                    {-0.2 * s, -0.3, 0.9},
                    {-0.4 * s, -0.9, 0},
                    bend,
                    grip,
                    0.1};
        }
        case 31: {
            vec3 at = m.along_path(t);
            // The second hand mirrors the first, not quite.
            if (m.both && arm != m.arm) at = at + m.offset;
            at.x *= s;
            const vec3 beat = wave * vec3{0.2 * s, 0.9, 0.3};
            return {at + beat,
                    {-0.35 * s, 0.25 + 2 * wave, 0.9},
                    {-0.6 * s, m.choice < 0.5 ? 0.6 : -0.6, 0},
                    bend,
                    0.1 + 0.2 * m.choice,
                    0.15};
        }
        default: {
            const landmark l = landmark_of(m.path);
            const vec3 place{s * l.at.x, l.at.y, l.at.z};
            const vec3 across = m.path == 17 ? vec3{0.2 * s, 1, 0} : m.axis;
            const vec3 point =
                (l.on_head ? body.on_head(place) : body.on_torso(place)) + m.offset + wave * across;
            hand_goal goal = touching(arm, point, l.lead, l.curl);
            if (m.path == 15) {
                goal.direction = {-0.1 * s, -0.5, -0.8};
                goal.wrist = point - l.lead * unit(goal.direction);
                goal.elbow_hint = {0.6 * s, 0.3, 0.6};
            }
            return goal;
        }
    }
}

}  // namespace MGKIT_NAMESPACE::data::interview::detail
