// SPDX-License-Identifier: MIT
// OpenPose BODY_25.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// OpenPose BODY_25 in its output order. Root and centre: the neck.
struct body25 {
    static constexpr std::string_view name = "body25";
    static constexpr std::array<std::string_view, 25> joints{
        "nose",           "neck",        "right_shoulder", "right_elbow",     "right_wrist",
        "left_shoulder",  "left_elbow",  "left_wrist",     "mid_hip",         "right_hip",
        "right_knee",     "right_ankle", "left_hip",       "left_knee",       "left_ankle",
        "right_eye",      "left_eye",    "right_ear",      "left_ear",        "left_big_toe",
        "left_small_toe", "left_heel",   "right_big_toe",  "right_small_toe", "right_heel"};
    static constexpr std::array<int, 25> parents{1,  1,  1, 2, 3,  1,  5,  6,  1,  8,  9,  10, 8,
                                                 12, 13, 0, 0, 15, 16, 14, 19, 14, 11, 22, 11};
    static constexpr int centre = 1;
    static constexpr joint_pair scale_pair{1, 8};
    static constexpr std::array<int, 25> mirror{0,  1,  5,  6,  7,  2,  3,  4,  8,  12, 13, 14, 9,
                                                10, 11, 16, 15, 18, 17, 22, 23, 24, 19, 20, 21};
    static constexpr std::array<std::string_view, 6> part_names{
        "torso", "head", "left_arm", "right_arm", "left_leg", "right_leg"};
    static constexpr std::array<int, 25> part_of{1, 0, 3, 3, 3, 2, 2, 2, 0, 5, 5, 5, 4,
                                                 4, 4, 1, 1, 1, 1, 4, 4, 4, 5, 5, 5};
    static constexpr std::array<int, 5> anchors{0, 15, 16, 17, 18};
};

}  // namespace MGKIT_NAMESPACE::skeleton
