// SPDX-License-Identifier: MIT
// The 25 joints of the second Kinect (NTU RGB+D, SMG).
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// Kinect v2, 25 joints, in the order of its SDK.
///
/// Root and centre: the joint between the shoulders (index 20), as in the graphs of ST-GCN and its
/// successors. Bones are those of the USDRL code (thumbs hang on the hands, hand tips on the thumbs
/// there: 21 -> 22 -> 7 and 23 -> 24 -> 11), hence a parent may stand after its child.
struct ntu25 {
    static constexpr std::string_view name = "ntu25";
    static constexpr std::array<std::string_view, 25> joints{
        "spine_base",     "spine_mid",     "neck",       "head",           "left_shoulder",
        "left_elbow",     "left_wrist",    "left_hand",  "right_shoulder", "right_elbow",
        "right_wrist",    "right_hand",    "left_hip",   "left_knee",      "left_ankle",
        "left_foot",      "right_hip",     "right_knee", "right_ankle",    "right_foot",
        "spine_shoulder", "left_hand_tip", "left_thumb", "right_hand_tip", "right_thumb"};
    static constexpr std::array<int, 25> parents{1,  20, 20, 2, 20, 4,  5,  6,  20, 8, 9,  10, 0,
                                                 12, 13, 14, 0, 16, 17, 18, 20, 22, 7, 24, 11};
    static constexpr int centre = 20;
    static constexpr joint_pair scale_pair{0, 20};
    static constexpr std::array<int, 25> mirror{0,  1,  2,  3,  8,  9,  10, 11, 4,  5,  6,  7, 16,
                                                17, 18, 19, 12, 13, 14, 15, 20, 23, 24, 21, 22};
    static constexpr std::array<std::string_view, 6> part_names{
        "torso", "head", "left_arm", "right_arm", "left_leg", "right_leg"};
    static constexpr std::array<int, 25> part_of{0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4,
                                                 4, 4, 4, 5, 5, 5, 5, 0, 2, 2, 3, 3};
    static constexpr std::array<int, 1> anchors{3};
};

}  // namespace MGKIT_NAMESPACE::skeleton
