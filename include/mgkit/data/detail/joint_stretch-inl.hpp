// SPDX-License-Identifier: MIT
// Definitions of joint_stretch.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/data/detail/joint_stretch.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data::detail {

/// Whether the joints lie along the line through two that are far apart: nothing of a body shows.
MGKIT_INLINE bool along_a_line(const joint_cloud& cloud) {
    constexpr double thin = 0.08;
    const auto farthest = [&](std::size_t from) {
        std::size_t out = from;
        for (std::size_t j = 0; j < cloud.at.size(); ++j)
            if (cloud.seen[j] != 0 && cloud.distance(from, j) > cloud.distance(from, out)) out = j;
        return out;
    };
    std::size_t first = 0;
    while (first < cloud.seen.size() && cloud.seen[first] == 0) ++first;
    if (first == cloud.seen.size()) return true;
    const std::size_t a = farthest(first), b = farthest(a);
    const double length = cloud.distance(a, b);
    if (!(length > 0)) return true;
    for (std::size_t j = 0; j < cloud.at.size(); ++j) {
        if (cloud.seen[j] == 0) continue;
        double along = 0;
        for (std::size_t c = 0; c < 3; ++c)
            along += (cloud.at[j][c] - cloud.at[a][c]) * (cloud.at[b][c] - cloud.at[a][c]) / length;
        const double off = cloud.distance(a, j) * cloud.distance(a, j) - along * along;
        if (off > thin * thin * length * length) return false;
    }
    return true;
}

MGKIT_INLINE std::vector<joint_cloud> joint_clouds(const recording& r) {
    constexpr int most_frames = 256;
    constexpr std::size_t least_joints = 6;
    constexpr float least_confidence = 0.3f;
    const auto view = r.poses.view();
    const int dims = skeleton::coordinates(view.shape.layout);
    const float* confidence = view.confidence();
    const auto joints = static_cast<std::size_t>(view.shape.joints);
    const int step = (r.frames() + most_frames - 1) / most_frames;
    std::vector<joint_cloud> out;
    for (int t = 0; t < r.frames(); t += step) {
        joint_cloud one;
        one.at.resize(joints);
        one.seen.resize(joints, 0);
        for (std::size_t j = 0; j < joints; ++j) {
            bool zero = true;
            for (int c = 0; c < dims; ++c) {
                const float x = view.row(c, t)[j];
                one.at[j][static_cast<std::size_t>(c)] = double(x);
                zero = zero && x == 0;
            }
            const bool sure = confidence == nullptr || view.row(dims, t)[j] > least_confidence;
            one.seen[j] = sure && !zero ? 1 : 0;
            if (one.seen[j] != 0) ++one.count;
        }
        if (one.count >= least_joints && !along_a_line(one)) out.push_back(std::move(one));
    }
    return out;
}

/// Where the joint of a name is in an adult who stands: half the width, height, depth in metres.
/// Rough: bones are compared by how much they differ, and a wrong one differs by a multiple.
MGKIT_INLINE bool place_of(const skeleton::joint_name& joint, std::array<double, 3>& out) {
    struct place {
        std::string_view base;
        double side, up, front;
    };
    constexpr place places[] = {{"nose", 0, 1.58, .11},
                                {"eye", .033, 1.62, .1},
                                {"eyeinner", .02, 1.62, .1},
                                {"eyeouter", .045, 1.62, .1},
                                {"ear", .075, 1.6, 0},
                                {"head", 0, 1.65, .03},
                                {"headtop", 0, 1.75, 0},
                                {"necknose", 0, 1.53, .05},
                                {"neck", 0, 1.45, 0},
                                {"upperneck", 0, 1.49, 0},
                                {"thorax", 0, 1.45, 0},
                                {"spineshoulder", 0, 1.45, 0},
                                {"shouldercenter", 0, 1.45, 0},
                                {"shoulder", .19, 1.42, 0},
                                {"elbow", .2, 1.13, 0},
                                {"wrist", .2, .88, 0},
                                {"hand", .2, .8, 0},
                                {"handtip", .2, .72, 0},
                                {"thumb", .2, .82, .05},
                                {"spine", 0, 1.15, 0},
                                {"spinemid", 0, 1.15, 0},
                                {"midhip", 0, .94, 0},
                                {"hipcenter", 0, .94, 0},
                                {"spinebase", 0, .94, 0},
                                {"hip", .1, .92, 0},
                                {"knee", .1, .5, 0},
                                {"ankle", .1, .09, 0},
                                {"heel", .1, .03, -.05},
                                {"foot", .1, .03, .13},
                                {"footindex", .1, .03, .13},
                                {"bigtoe", .1, .03, .13},
                                {"smalltoe", .13, .03, .11}};
    for (const place& one : places) {
        if (one.base != joint.base) continue;
        const double side = joint.side == skeleton::body_side::left    ? 1
                            : joint.side == skeleton::body_side::right ? -1
                                                                       : 0;
        out = {side * one.side, one.up, one.front};
        return true;
    }
    return false;
}

MGKIT_INLINE reference_body make_reference(std::string_view name,
                                           std::span<const skeleton::joint_name> names,
                                           std::span<const int> parents) {
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    constexpr double least = 0.03, beyond = 1e9;
    reference_body out;
    out.name = name;
    std::vector<std::size_t> place(names.size(), none);
    std::vector<std::array<double, 3>> at;
    for (std::size_t j = 0; j < names.size(); ++j) {
        std::array<double, 3> position{};
        if (!place_of(names[j], position)) continue;
        place[j] = out.joints.size();
        out.joints.push_back(j);
        at.push_back(position);
    }
    const std::size_t n = out.joints.size();
    out.reach.assign(n * n, beyond);
    std::size_t top = none;
    for (std::size_t i = 0; i < n; ++i) {
        out.reach[i * n + i] = 0;
        std::size_t above = out.joints[i];
        do {
            const auto next = static_cast<std::size_t>(parents[above]);
            above = next == above ? none : next;
        } while (above != none && place[above] == none);
        const std::size_t other = above == none ? top : place[above];
        if (above == none && top == none) top = i;
        if (other == none) continue;
        const double length =
            std::hypot(at[i][0] - at[other][0], at[i][1] - at[other][1], at[i][2] - at[other][2]);
        out.reach[i * n + other] = out.reach[other * n + i] = length;
    }
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                out.reach[i * n + j] =
                    std::min(out.reach[i * n + j], out.reach[i * n + k] + out.reach[k * n + j]);
    for (double& reach : out.reach) reach = std::max(reach, least);
    return out;
}

MGKIT_INLINE double stretch(const reference_body& body, const joint_cloud& cloud,
                            std::vector<double>& ratios) {
    constexpr std::size_t least_joints = 6;
    constexpr double most_of = 0.97;
    const std::size_t n = body.joints.size();
    ratios.clear();
    std::size_t seen = 0;
    double distances = 0, reaches = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (cloud.seen[body.joints[i]] == 0) continue;
        ++seen;
        for (std::size_t k = 0; k < i; ++k) {
            if (cloud.seen[body.joints[k]] == 0) continue;
            const double distance = cloud.distance(body.joints[i], body.joints[k]);
            const double reach = body.reach[i * n + k];
            ratios.push_back(distance / reach);
            distances += distance;
            reaches += reach;
        }
    }
    if (seen < least_joints || !(distances > 0)) return 0;
    const auto at = ratios.begin() +
                    static_cast<std::ptrdiff_t>(most_of * static_cast<double>(ratios.size() - 1));
    std::nth_element(ratios.begin(), at, ratios.end());
    return *at / (distances / reaches);
}

}  // namespace MGKIT_NAMESPACE::data::detail
