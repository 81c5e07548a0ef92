// SPDX-License-Identifier: MIT
// Points, turns, smooth steps and a two-bone arm.
#pragma once

#include <algorithm>
#include <cmath>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data::interview::detail {

struct vec3 {
    double x = 0, y = 0, z = 0;
};

inline vec3 operator+(const vec3& a, const vec3& b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline vec3 operator-(const vec3& a, const vec3& b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline vec3 operator*(double s, const vec3& a) {
    return {s * a.x, s * a.y, s * a.z};
}
inline vec3& operator+=(vec3& a, const vec3& b) {
    return a = a + b;
}
inline double dot(const vec3& a, const vec3& b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline vec3 cross(const vec3& a, const vec3& b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double length(const vec3& a) {
    return std::sqrt(dot(a, a));
}
/// a at length 1, or `otherwise` where a has none.
inline vec3 unit(const vec3& a, const vec3& otherwise = {0, 0, 1}) {
    const double size = length(a);
    return size > 1e-9 ? (1 / size) * a : otherwise;
}
inline vec3 mix(const vec3& a, const vec3& b, double share) {
    return a + share * (b - a);
}

/// Position along a minimum-jerk movement, s in [0, 1].
inline double minimum_jerk(double s) {
    if (s <= 0) return 0;
    if (s >= 1) return 1;
    return s * s * s * (10 - s * (15 - 6 * s));
}

/// A rotation by small or large angles: roll about z, then pitch about x, then yaw about y.
class turn {
public:
    turn(double yaw, double pitch, double roll)
        : cy_(std::cos(yaw)),
          sy_(std::sin(yaw)),
          cp_(std::cos(pitch)),
          sp_(std::sin(pitch)),
          cr_(std::cos(roll)),
          sr_(std::sin(roll)) {}
    vec3 operator()(const vec3& p) const {
        const vec3 a{cr_ * p.x - sr_ * p.y, sr_ * p.x + cr_ * p.y, p.z};
        const vec3 b{a.x, cp_ * a.y - sp_ * a.z, sp_ * a.y + cp_ * a.z};
        return {cy_ * b.x + sy_ * b.z, b.y, -sy_ * b.x + cy_ * b.z};
    }

private:
    double cy_, sy_, cp_, sp_, cr_, sr_;
};

struct arm_joints {
    vec3 elbow, wrist;
};

/// Elbow and wrist of an arm of fixed lengths reaching for `goal`; the elbow bends towards `bend`.
/// Goals out of reach are approached as far as the arm goes.
inline arm_joints reach(const vec3& shoulder, const vec3& goal, const vec3& bend, double upper,
                        double lower) {
    const vec3 way = goal - shoulder;
    const double farthest = 0.999 * (upper + lower), nearest = std::abs(upper - lower) + 0.05;
    const double distance = std::clamp(length(way), nearest, farthest);
    const vec3 along = unit(way, {0, -1, 0});
    const double cosine =
        (upper * upper + distance * distance - lower * lower) / (2 * upper * distance);
    const double sine = std::sqrt(std::max(0.0, 1 - cosine * cosine));
    const vec3 across = unit(bend - dot(bend, along) * along, {0, 0, -1});
    return {shoulder + (upper * cosine) * along + (upper * sine) * across,
            shoulder + distance * along};
}

}  // namespace MGKIT_NAMESPACE::data::interview::detail
