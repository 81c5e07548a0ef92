// SPDX-License-Identifier: MIT
// A jointed figure: proportions, a pose given by its wrists, joint positions.
#pragma once

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
body_proportions draw_body(random_stream& random);

/// Left arm is 0, right arm 1. Positions are relative to the hip centre of an upright torso.
struct puppet_pose {
    double roll = 0;               ///< of the torso to the side, radians
    vec3 head;                     ///< shift of the head
    std::array<double, 2> lift{};  ///< of the shoulders
    std::array<vec3, 2> wrist;     ///< where the wrists should be
};

/// Elbow and wrist of an arm reaching from `shoulder` for `goal`; the elbow hangs towards `bend`.
std::array<vec3, 2> reach(const vec3& shoulder, const vec3& goal, const vec3& bend, double upper,
                          double lower);

/// The joints of `kinect20`, the hip centre at the origin.
std::array<vec3, 20> place_joints(const body_proportions& body, const puppet_pose& pose);

/// Turned about the vertical by `yaw`, then about the horizontal by `pitch`.
vec3 through_camera(const vec3& p, double yaw, double pitch);

}  // namespace MGKIT_NAMESPACE::data::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/detail/puppet-inl.hpp"
#endif
