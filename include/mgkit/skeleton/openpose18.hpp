// SPDX-License-Identifier: MIT
// OpenPose's COCO model of 18 joints.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// OpenPose's older body model, trained on COCO, in its output order. Root and centre: the neck.
struct openpose18 {
    static constexpr std::string_view name = "openpose18";
    static constexpr std::array<std::string_view, 18> joints{
        "nose",       "neck",       "right_shoulder", "right_elbow", "right_wrist", "left_shoulder",
        "left_elbow", "left_wrist", "right_hip",      "right_knee",  "right_ankle", "left_hip",
        "left_knee",  "left_ankle", "right_eye",      "left_eye",    "right_ear",   "left_ear"};
    static constexpr std::array<int, 18> parents{1, 1, 1, 2,  3,  1, 5, 6,  1,
                                                 8, 9, 1, 11, 12, 0, 0, 14, 15};
    static constexpr int centre = 1;
    static constexpr joint_pair scale_pair{2, 5};
    static constexpr std::array<int, 18> mirror{0,  1,  5, 6, 7,  2,  3,  4,  11,
                                                12, 13, 8, 9, 10, 15, 14, 17, 16};
    static constexpr std::array<std::string_view, 6> part_names{
        "torso", "head", "left_arm", "right_arm", "left_leg", "right_leg"};
    static constexpr std::array<int, 18> part_of{1, 0, 0, 3, 3, 0, 2, 2, 0,
                                                 5, 5, 0, 4, 4, 1, 1, 1, 1};
    static constexpr std::array<int, 5> anchors{0, 14, 15, 16, 17};
};

}  // namespace MGKIT_NAMESPACE::skeleton
