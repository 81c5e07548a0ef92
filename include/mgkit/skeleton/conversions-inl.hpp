// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/skeleton/conversions.hpp"

#include <cstddef>
#include <initializer_list>
#include <utility>

namespace MGKIT_NAMESPACE::skeleton {

namespace detail {

inline constexpr joint_pair unknown_joint{-1, -1};

MGKIT_COLD_INLINE joint_pair source_called(named_joint joint) {
    for (std::size_t j = 0; j < joint.joints.size(); ++j)
        if (joint.joints[j] == joint.name) return {static_cast<int>(j), static_cast<int>(j)};
    return unknown_joint;
}

MGKIT_COLD_INLINE std::vector<joint_pair> same_names(joint_names from, joint_names to) {
    std::vector<joint_pair> out;
    for (const auto name : to) out.push_back(source_called({from, name}));
    return out;
}

MGKIT_COLD_INLINE void rename_joint(std::vector<joint_pair>& sources, named_joint from,
                                    named_joint to) {
    sources[static_cast<std::size_t>(source_called(to).first)] = source_called(from);
}

MGKIT_COLD_INLINE std::vector<joint_pair> same_joints(int count) {
    std::vector<joint_pair> out;
    for (int j = 0; j < count; ++j) out.push_back({j, j});
    return out;
}

MGKIT_COLD_INLINE std::vector<joint_pair> one_hand(side which) {
    const int root = which == side::left ? 91 : 112;
    std::vector<joint_pair> out;
    for (int j = 0; j < joint_count_v<hand21>; ++j) out.push_back({root + j, root + j});
    return out;
}

/// The finger point of the reading: tip or base of finger k (0 thumb .. 4 little) of `upper_body`.
MGKIT_COLD_INLINE std::size_t finger_joint(bool left, int k, fingers reading) {
    return static_cast<std::size_t>((left ? 21 : 31) + 2 * k + (reading == fingers::tips ? 1 : 0));
}

MGKIT_COLD_INLINE std::vector<joint_pair> from_finger_points(fingers reading) {
    auto out = same_names(imigue22::joints, upper_body::joints);
    for (int k = 0; k < 5; ++k) {
        out[finger_joint(false, k, reading)] = {12 + k, 12 + k};
        out[finger_joint(true, k, reading)] = {17 + k, 17 + k};
    }
    return out;
}

MGKIT_COLD_INLINE std::vector<joint_pair> to_finger_points(fingers reading) {
    std::vector<joint_pair> out(imigue22::joints.size(), unknown_joint);
    const auto forward = from_finger_points(reading);
    for (std::size_t j = 0; j < forward.size(); ++j)
        if (forward[j].first >= 0)
            out[static_cast<std::size_t>(forward[j].first)] = {static_cast<int>(j),
                                                               static_cast<int>(j)};
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<coco_wholebody133, coco17>::sources() {
    static const auto list = detail::same_names(coco_wholebody133::joints, coco17::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<coco_wholebody133, upper_body>::sources() {
    static const auto list = [] {
        std::vector<joint_pair> out;
        for (const int joint : upper_body::wholebody)
            out.push_back(joint < 0 ? upper_body::neck_ends : joint_pair{joint, joint});
        return out;
    }();
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair>
conversion<upper_body, upper_body_bodyhand>::sources() {
    static const auto list = detail::same_names(upper_body::joints, upper_body_bodyhand::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair>
conversion<coco_wholebody133, upper_body_bodyhand>::sources() {
    static const auto list = [] {
        const auto whole = conversion<coco_wholebody133, upper_body>::sources();
        std::vector<joint_pair> out;
        for (const int joint : upper_body_bodyhand::upper_body_index)
            out.push_back(whole[static_cast<std::size_t>(joint)]);
        return out;
    }();
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<coco17, upper_body>::sources() {
    static const auto list = [] {
        auto out = detail::same_names(coco17::joints, upper_body::joints);
        out[0] = {5, 6};
        return out;
    }();
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<body25, body25_upper15>::sources() {
    static const auto list = detail::same_names(body25::joints, body25_upper15::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<body25, coco17>::sources() {
    static const auto list = detail::same_names(body25::joints, coco17::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<body25, upper_body>::sources() {
    static const auto list = detail::same_names(body25::joints, upper_body::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<body25_upper15, upper_body>::sources() {
    static const auto list = detail::same_names(body25_upper15::joints, upper_body::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<ntu25, kinect20>::sources() {
    static const auto list = [] {
        auto out = detail::same_names(ntu25::joints, kinect20::joints);
        for (const auto& [to, from] :
             {std::pair("hip_center", "spine_base"), std::pair("spine", "spine_mid"),
              std::pair("shoulder_center", "spine_shoulder")})
            detail::rename_joint(out, {ntu25::joints, from}, {kinect20::joints, to});
        return out;
    }();
    return list;
}

}  // namespace MGKIT_NAMESPACE::skeleton
