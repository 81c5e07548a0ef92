// SPDX-License-Identifier: MIT
// Both hands without a body.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// 21 points of the left, then 21 of the right hand (OpenPose with --hand and without a body),
/// named as in `coco_wholebody133`. Root and centre: the left wrist, on which the right one hangs.
/// A skeleton whose root has a side has no mirror image within itself, so nothing is exchanged.
struct hands42 {
    static constexpr std::string_view name = "hands42";
    static constexpr int hand = 21, wholebody_hand = 91;
    static constexpr std::array<std::string_view, 42> joints = [] {
        std::array<std::string_view, 42> out{};
        for (std::size_t j = 0; j < 42; ++j) out[j] = coco_wholebody133::joints[wholebody_hand + j];
        return out;
    }();
    static constexpr std::array<int, 42> parents = [] {
        std::array<int, 42> out{};
        for (std::size_t j = 0; j < 42; ++j)
            out[j] = coco_wholebody133::parents[wholebody_hand + j] - wholebody_hand;
        out[0] = 0;
        out[hand] = 0;
        return out;
    }();
    static constexpr int centre = 0;
    static constexpr joint_pair scale_pair{0, 9};
    static constexpr std::array<int, 42> mirror = [] {
        std::array<int, 42> out{};
        for (std::size_t j = 0; j < 42; ++j) out[j] = static_cast<int>(j);
        return out;
    }();
    static constexpr std::array<std::string_view, 2> part_names{"left_hand", "right_hand"};
    static constexpr std::array<int, 42> part_of = [] {
        std::array<int, 42> out{};
        for (std::size_t j = 0; j < 42; ++j) out[j] = j < hand ? 0 : 1;
        return out;
    }();
    static constexpr std::array<int, 0> anchors{};
};

}  // namespace MGKIT_NAMESPACE::skeleton
