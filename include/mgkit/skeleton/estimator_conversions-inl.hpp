// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/skeleton/estimator_conversions.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace MGKIT_NAMESPACE::skeleton {

namespace detail {

/// The name that joint j of `upper_body` has in the whole body; empty for the neck.
MGKIT_COLD_INLINE std::string_view wholebody_name(std::size_t j) {
    const int k = upper_body::wholebody[j];
    return k < 0 ? std::string_view() : coco_wholebody133::joints[static_cast<std::size_t>(k)];
}

MGKIT_COLD_INLINE joint_pair middle_of(joint_names joints, std::string_view a, std::string_view b) {
    return {source_called({joints, a}).first, source_called({joints, b}).first};
}

/// Sources of `upper_body` by its own names, then by whole-body names; without a neck of its own,
/// `from` gives the middle of the shoulders.
MGKIT_COLD_INLINE std::vector<joint_pair> to_upper_body(joint_names from) {
    auto out = same_names(from, upper_body::joints);
    for (std::size_t j = 0; j < out.size(); ++j)
        if (out[j].first < 0 && !wholebody_name(j).empty())
            out[j] = source_called({from, wholebody_name(j)});
    if (out[0].first < 0) out[0] = middle_of(from, "left_shoulder", "right_shoulder");
    return out;
}

/// The reverse; a hand root is the wrist, the middle of the hips is that, the rest is unknown.
MGKIT_COLD_INLINE std::vector<joint_pair> from_upper_body(joint_names to) {
    auto out = same_names(upper_body::joints, to);
    for (std::size_t j = 0; j < out.size(); ++j) {
        if (out[j].first >= 0) continue;
        const std::string_view joint = to[j];
        for (std::size_t k = 0; k < upper_body::joints.size(); ++k)
            if (wholebody_name(k) == joint) out[j] = {static_cast<int>(k), static_cast<int>(k)};
        if (joint == "left_hand_root") out[j] = source_called({upper_body::joints, "left_wrist"});
        if (joint == "right_hand_root") out[j] = source_called({upper_body::joints, "right_wrist"});
        if (joint == "mid_hip" || joint == "hip")
            out[j] = middle_of(upper_body::joints, "left_hip", "right_hip");
    }
    return out;
}

/// Sources of `body25_upper15` by name; the neck and the middle of the hips from their ends where
/// `from` has none of its own.
MGKIT_COLD_INLINE std::vector<joint_pair> to_upper15(joint_names from) {
    auto out = same_names(from, body25_upper15::joints);
    for (std::size_t j = 0; j < out.size(); ++j) {
        if (out[j].first >= 0) continue;
        const std::string_view joint = body25_upper15::joints[j];
        if (joint == "neck") out[j] = middle_of(from, "left_shoulder", "right_shoulder");
        if (joint != "mid_hip") continue;
        out[j] = source_called({from, "hip"});
        if (out[j].first < 0) out[j] = middle_of(from, "left_hip", "right_hip");
    }
    return out;
}

struct knuckle {
    std::string_view blazepose, upper_body;
};

/// BlazePose's hand points are knuckles.
inline constexpr knuckle blazepose_knuckles[] = {
    {"left_thumb", "left_thumb_mcp"},   {"left_index", "left_index_mcp"},
    {"left_pinky", "left_pinky_mcp"},   {"right_thumb", "right_thumb_mcp"},
    {"right_index", "right_index_mcp"}, {"right_pinky", "right_pinky_mcp"}};

}  // namespace detail

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<halpe26, upper_body>::sources() {
    static const auto list = detail::to_upper_body(halpe26::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<openpose18, upper_body>::sources() {
    static const auto list = detail::to_upper_body(openpose18::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<body25_hands, upper_body>::sources() {
    static const auto list = detail::to_upper_body(body25_hands::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<body25_hands_face, upper_body>::sources() {
    static const auto list = detail::to_upper_body(body25_hands_face::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<blazepose33, upper_body>::sources() {
    static const auto list = [] {
        auto out = detail::to_upper_body(blazepose33::joints);
        for (const auto& joint : detail::blazepose_knuckles)
            detail::rename_joint(out, {blazepose33::joints, joint.blazepose},
                                 {upper_body::joints, joint.upper_body});
        return out;
    }();
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<blazepose75, upper_body>::sources() {
    static const auto list = detail::to_upper_body(blazepose75::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<upper_body, coco17>::sources() {
    static const auto list = detail::from_upper_body(coco17::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<upper_body, halpe26>::sources() {
    static const auto list = detail::from_upper_body(halpe26::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<upper_body, coco_wholebody133>::sources() {
    static const auto list = detail::from_upper_body(coco_wholebody133::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<upper_body, openpose18>::sources() {
    static const auto list = detail::from_upper_body(openpose18::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<upper_body, body25>::sources() {
    static const auto list = detail::from_upper_body(body25::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<upper_body, body25_hands>::sources() {
    static const auto list = detail::from_upper_body(body25_hands::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<upper_body, body25_hands_face>::sources() {
    static const auto list = detail::from_upper_body(body25_hands_face::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<upper_body, blazepose33>::sources() {
    static const auto list = [] {
        auto out = detail::from_upper_body(blazepose33::joints);
        for (const auto& joint : detail::blazepose_knuckles)
            detail::rename_joint(out, {upper_body::joints, joint.upper_body},
                                 {blazepose33::joints, joint.blazepose});
        return out;
    }();
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<upper_body, blazepose75>::sources() {
    static const auto list = [] {
        const auto body = conversion<upper_body, blazepose33>::sources();
        auto out = detail::from_upper_body(blazepose75::joints);
        std::copy(body.begin(), body.end(), out.begin());
        return out;
    }();
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<upper_body, body25_upper15>::sources() {
    static const auto list = detail::to_upper15(upper_body::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<coco17, body25_upper15>::sources() {
    static const auto list = detail::to_upper15(coco17::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair>
conversion<coco_wholebody133, body25_upper15>::sources() {
    static const auto list = detail::to_upper15(coco_wholebody133::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<halpe26, body25_upper15>::sources() {
    static const auto list = detail::to_upper15(halpe26::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<openpose18, body25_upper15>::sources() {
    static const auto list = detail::to_upper15(openpose18::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<body25_hands, body25_upper15>::sources() {
    static const auto list = detail::to_upper15(body25_hands::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair>
conversion<body25_hands_face, body25_upper15>::sources() {
    static const auto list = detail::to_upper15(body25_hands_face::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<blazepose33, body25_upper15>::sources() {
    static const auto list = detail::to_upper15(blazepose33::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<blazepose75, body25_upper15>::sources() {
    static const auto list = detail::to_upper15(blazepose75::joints);
    return list;
}

MGKIT_COLD_INLINE std::span<const joint_pair> conversion<imigue22, body25_upper15>::sources() {
    static const auto list = detail::to_upper15(imigue22::joints);
    return list;
}

}  // namespace MGKIT_NAMESPACE::skeleton
