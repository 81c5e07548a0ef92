// SPDX-License-Identifier: MIT
// The 20 joints of the first Kinect (NW-UCLA, MSRC-12).
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// Kinect v1, 20 joints, in the order of its SDK. Root and centre: the hip centre.
struct kinect20 {
    static constexpr std::string_view name = "kinect20";
    static constexpr std::array<std::string_view, 20> joints{
        "hip_center",  "spine",      "shoulder_center", "head",           "left_shoulder",
        "left_elbow",  "left_wrist", "left_hand",       "right_shoulder", "right_elbow",
        "right_wrist", "right_hand", "left_hip",        "left_knee",      "left_ankle",
        "left_foot",   "right_hip",  "right_knee",      "right_ankle",    "right_foot"};
    static constexpr std::array<int, 20> parents{0, 0,  1, 2,  2,  4,  5, 6,  2,  8,
                                                 9, 10, 0, 12, 13, 14, 0, 16, 17, 18};
    static constexpr int centre = 0;
    static constexpr joint_pair scale_pair{0, 2};
    static constexpr std::array<int, 20> mirror{0, 1, 2,  3,  8,  9,  10, 11, 4,  5,
                                                6, 7, 16, 17, 18, 19, 12, 13, 14, 15};
    static constexpr std::array<std::string_view, 6> part_names{
        "torso", "head", "left_arm", "right_arm", "left_leg", "right_leg"};
    static constexpr std::array<int, 20> part_of{0, 0, 0, 1, 2, 2, 2, 2, 3, 3,
                                                 3, 3, 4, 4, 4, 4, 5, 5, 5, 5};
    static constexpr std::array<int, 1> anchors{3};
};

}  // namespace MGKIT_NAMESPACE::skeleton
