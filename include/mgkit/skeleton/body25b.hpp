// SPDX-License-Identifier: MIT
// OpenPose BODY_25B.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// OpenPose's experimental body model of 25 joints in its output order, which is not that of
/// `body25`: the 17 of COCO, neck and head as MPII has them, the feet. A file does not tell the two
/// apart; somebody has to state it. Root and centre: the upper neck; hips hang on the shoulders, as
/// the model has no middle of the hips.
struct body25b {
    static constexpr std::string_view name = "body25b";
    static constexpr std::array<std::string_view, 25> joints{
        "nose",           "left_eye",       "right_eye",     "left_ear",        "right_ear",
        "left_shoulder",  "right_shoulder", "left_elbow",    "right_elbow",     "left_wrist",
        "right_wrist",    "left_hip",       "right_hip",     "left_knee",       "right_knee",
        "left_ankle",     "right_ankle",    "upper_neck",    "head_top",        "left_big_toe",
        "left_small_toe", "left_heel",      "right_big_toe", "right_small_toe", "right_heel"};
    static constexpr std::array<int, 25> parents{17, 0,  0,  1,  2,  17, 17, 5,  6,  7,  8,  5, 6,
                                                 11, 12, 13, 14, 17, 17, 15, 19, 15, 16, 22, 16};
    static constexpr int centre = 17;
    static constexpr joint_pair scale_pair{5, 6};
    static constexpr std::array<int, 25> mirror = mirror_by_name(joints);
    static constexpr std::array<std::string_view, 6> part_names{
        "torso", "head", "left_arm", "right_arm", "left_leg", "right_leg"};
    static constexpr std::array<int, 25> part_of{1, 1, 1, 1, 1, 0, 0, 2, 3, 2, 3, 0, 0,
                                                 4, 5, 4, 5, 0, 1, 4, 4, 4, 5, 5, 5};
    static constexpr std::array<int, 5> anchors{0, 1, 2, 3, 4};
};

}  // namespace MGKIT_NAMESPACE::skeleton
