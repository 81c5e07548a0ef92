// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/detail/puppet.hpp"

#include <algorithm>

namespace MGKIT_NAMESPACE::data::detail {

MGKIT_INLINE body_proportions draw_body(random_stream& random) {
    body_proportions out;
    const double size = random.uniform(0.88, 1.12);
    for (double* segment : {&out.torso, &out.head, &out.shoulder, &out.upper_arm, &out.forearm,
                            &out.hand, &out.hip, &out.thigh, &out.shin})
        *segment *= size * random.uniform(0.93, 1.07);
    return out;
}

MGKIT_INLINE std::array<vec3, 2> reach(const vec3& shoulder, const vec3& goal, const vec3& bend,
                                       double upper, double lower) {
    const vec3 way = goal - shoulder;
    const double wanted = std::sqrt(dot(way, way));
    const double distance =
        std::clamp(wanted, std::abs(upper - lower) + 0.05, 0.99 * (upper + lower));
    const vec3 along = wanted > 1e-9 ? (1 / wanted) * way : vec3{0, -1, 0};
    const double cosine =
        (upper * upper + distance * distance - lower * lower) / (2 * upper * distance);
    const vec3 across = bend - dot(bend, along) * along;
    const double sine = std::sqrt(std::max(0.0, 1 - cosine * cosine));
    const vec3 elbow = shoulder + (upper * cosine) * along + (upper * sine) * unit(across);
    return {elbow, shoulder + distance * along};
}

MGKIT_INLINE std::array<vec3, 20> place_joints(const body_proportions& body,
                                               const puppet_pose& pose) {
    const auto lean = [&](const vec3& p) {
        const double c = std::cos(pose.roll), s = std::sin(pose.roll);
        return vec3{c * p[0] + s * p[1], -s * p[0] + c * p[1], p[2]};
    };
    std::array<vec3, 20> out;
    out[0] = {0, 0, 0};
    out[1] = lean({0, 0.45 * body.torso, 0});
    out[2] = lean({0, body.torso, 0});
    out[3] = lean(vec3{0, body.torso + body.head, 0.03} + pose.head);
    for (std::size_t arm = 0; arm < 2; ++arm) {
        const double side = arm == 0 ? -1 : 1;
        const std::size_t first = arm == 0 ? 4 : 8, leg = arm == 0 ? 12 : 16;
        const vec3 shoulder = lean({side * body.shoulder, body.torso - 0.03 + pose.lift[arm], 0});
        const auto [elbow, wrist] = reach(shoulder, lean(pose.wrist[arm]), {side * 0.6, -1, -0.3},
                                          body.upper_arm, body.forearm);
        out[first] = shoulder;
        out[first + 1] = elbow;
        out[first + 2] = wrist;
        out[first + 3] = wrist + body.hand * unit(wrist - elbow);
        out[leg] = {side * body.hip, -0.06, 0};
        out[leg + 1] = {side * (body.hip + 0.02), -0.06 - body.thigh, 0.03};
        out[leg + 2] = {side * (body.hip + 0.02), -0.06 - body.thigh - body.shin, 0};
        out[leg + 3] = {side * (body.hip + 0.03), -0.10 - body.thigh - body.shin, 0.12};
    }
    return out;
}

MGKIT_INLINE vec3 through_camera(const vec3& p, double yaw, double pitch) {
    const double x = std::cos(yaw) * p[0] + std::sin(yaw) * p[2];
    const double z = -std::sin(yaw) * p[0] + std::cos(yaw) * p[2];
    return {x, std::cos(pitch) * p[1] - std::sin(pitch) * z,
            std::sin(pitch) * p[1] + std::cos(pitch) * z};
}

}  // namespace MGKIT_NAMESPACE::data::detail
