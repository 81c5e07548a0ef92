// SPDX-License-Identifier: MIT
// The 17 joints of Human3.6M.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// Human3.6M's 17 joints in the order of the models that lift poses to three dimensions. A file
/// does not tell them from the 17 of `coco17`. Root and centre: the hip. Joint 9 lies between neck
/// and nose. Source: Pavllo et al., "3D human pose estimation in video", CVPR 2019 (order and
/// tree, after Ionescu et al., "Human3.6M", 2014).
struct h36m17 {
    static constexpr std::string_view name = "h36m17";
    static constexpr std::array<std::string_view, 17> joints{
        "hip",        "right_hip",  "right_knee",     "right_ankle", "left_hip",   "left_knee",
        "left_ankle", "spine",      "thorax",         "neck_nose",   "head",       "left_shoulder",
        "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist"};
    static constexpr std::array<int, 17> parents{0, 0, 1, 2,  0,  4, 5,  0, 7,
                                                 8, 9, 8, 11, 12, 8, 14, 15};
    static constexpr int centre = 0;
    static constexpr joint_pair scale_pair{0, 8};
    static constexpr std::array<int, 17> mirror = mirror_by_name(joints);
    static constexpr std::array<std::string_view, 6> part_names{
        "torso", "head", "left_arm", "right_arm", "left_leg", "right_leg"};
    static constexpr std::array<int, 17> part_of{0, 5, 5, 5, 4, 4, 4, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3};
    static constexpr std::array<int, 2> anchors{9, 10};
};

}  // namespace MGKIT_NAMESPACE::skeleton
