// SPDX-License-Identifier: MIT
// OpenPose BODY_25 with both hands.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/skeleton/body25.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// BODY_25, then 21 points of the left and 21 of the right hand (OpenPose with --hand). Hand roots
/// hang on the wrists; hand joints have the names of `coco_wholebody133`.
struct body25_hands {
    static constexpr std::string_view name = "body25_hands";
    static constexpr int body = 25, hand = 21;
    /// First hand joint here, and in `coco_wholebody133`, where the hands have the same order.
    static constexpr int first_hand = body, wholebody_hand = 91;

    static constexpr std::array<std::string_view, 67> joints = [] {
        std::array<std::string_view, 67> out{};
        for (std::size_t j = 0; j < 67; ++j)
            out[j] = j < body ? body25::joints[j]
                              : coco_wholebody133::joints[j - first_hand + wholebody_hand];
        return out;
    }();
    static constexpr std::array<int, 67> parents = [] {
        constexpr int right_wrist = 4, left_wrist = 7;
        std::array<int, 67> out{};
        for (std::size_t j = 0; j < 67; ++j)
            out[j] = j < body ? body25::parents[j]
                              : coco_wholebody133::parents[j - first_hand + wholebody_hand] -
                                    wholebody_hand + first_hand;
        out[first_hand] = left_wrist;
        out[first_hand + hand] = right_wrist;
        return out;
    }();
    static constexpr int centre = body25::centre;
    static constexpr joint_pair scale_pair = body25::scale_pair;
    static constexpr std::array<int, 67> mirror = [] {
        std::array<int, 67> out{};
        for (std::size_t j = 0; j < 67; ++j)
            out[j] = j < body ? body25::mirror[j]
                              : static_cast<int>(j < body + hand ? j + hand : j - hand);
        return out;
    }();
    static constexpr std::array<std::string_view, 8> part_names{
        "torso",    "head",      "left_arm",  "right_arm",
        "left_leg", "right_leg", "left_hand", "right_hand"};
    static constexpr std::array<int, 67> part_of = [] {
        std::array<int, 67> out{};
        for (std::size_t j = 0; j < 67; ++j)
            out[j] = j < body ? body25::part_of[j] : j < body + hand ? 6 : 7;
        return out;
    }();
    static constexpr auto anchors = body25::anchors;
};

}  // namespace MGKIT_NAMESPACE::skeleton
