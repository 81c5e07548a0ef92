// A jointed figure: proportions, a pose given by its wrists, joint positions.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "mgkit/core/random.hpp"

namespace MGKIT_NAMESPACE::data::detail {

/// Metres; x towards the figure's right arm (index 1), y up, z to the front.
struct vec3 {
    std::array<double, 3> at{};
    vec3() = default;
    vec3(double x, double y, double z) : at{x, y, z} {}
    double operator[](std::size_t i) const { return at[i]; }
};

inline vec3 operator+(const vec3& a, const vec3& b) {
    return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
inline vec3 operator-(const vec3& a, const vec3& b) {
    return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
inline vec3 operator*(double s, const vec3& a) {
    return {s * a[0], s * a[1], s * a[2]};
}
inline double dot(const vec3& a, const vec3& b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
inline vec3 unit(const vec3& a) {
    return (1 / std::sqrt(dot(a, a))) * a;
}

struct body_proportions {
    double torso = 0.50, head = 0.22, shoulder = 0.19, upper_arm = 0.29, forearm = 0.26;
    double hand = 0.09, hip = 0.10, thigh = 0.42, shin = 0.41;
};

/// Proportions of one person: a body size and deviations of each segment.
inline body_proportions draw_body(random_stream& random) {
    body_proportions out;
    const double size = random.uniform(0.88, 1.12);
    for (double* segment : {&out.torso, &out.head, &out.shoulder, &out.upper_arm, &out.forearm,
                            &out.hand, &out.hip, &out.thigh, &out.shin})
        *segment *= size * random.uniform(0.93, 1.07);
    return out;
}

/// Left arm is 0, right arm 1. Positions are relative to the hip centre of an upright torso.
struct puppet_pose {
    double roll = 0;               ///< of the torso to the side, radians
    vec3 head;                     ///< shift of the head
    std::array<double, 2> lift{};  ///< of the shoulders
    std::array<vec3, 2> wrist;     ///< where the wrists should be
};

/// Elbow and wrist of an arm reaching from `shoulder` for `goal`; the elbow hangs towards `bend`.
inline std::array<vec3, 2> reach(const vec3& shoulder, const vec3& goal, const vec3& bend,
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

/// The joints of `kinect20`, the hip centre at the origin.
inline std::array<vec3, 20> place_joints(const body_proportions& body, const puppet_pose& pose) {
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

/// Turned about the vertical by `yaw`, then about the horizontal by `pitch`.
inline vec3 through_camera(const vec3& p, double yaw, double pitch) {
    const double x = std::cos(yaw) * p[0] + std::sin(yaw) * p[2];
    const double z = -std::sin(yaw) * p[0] + std::cos(yaw) * p[2];
    return {x, std::cos(pitch) * p[1] - std::sin(pitch) * z,
            std::sin(pitch) * p[1] + std::cos(pitch) * z};
}

}  // namespace MGKIT_NAMESPACE::data::detail
