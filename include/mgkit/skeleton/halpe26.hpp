// SPDX-License-Identifier: MIT
// The 26 body joints of Halpe.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// Halpe's body points as RTMPose models of 26 joints put them out: COCO's 17, then the top of the
/// head, neck, hip centre and feet. Root and centre: the neck. Source: Li et al., "PaStaNet", CVPR
/// 2020 (joint order of the Halpe-FullBody annotations; the tree is ours).
struct halpe26 {
    static constexpr std::string_view name = "halpe26";
    static constexpr std::array<std::string_view, 26> joints{
        "nose",         "left_eye",      "right_eye",      "left_ear",
        "right_ear",    "left_shoulder", "right_shoulder", "left_elbow",
        "right_elbow",  "left_wrist",    "right_wrist",    "left_hip",
        "right_hip",    "left_knee",     "right_knee",     "left_ankle",
        "right_ankle",  "head",          "neck",           "hip",
        "left_big_toe", "right_big_toe", "left_small_toe", "right_small_toe",
        "left_heel",    "right_heel"};
    static constexpr std::array<int, 26> parents{18, 0,  0,  1,  2, 18, 18, 5,  6,  7,  8,  19, 19,
                                                 11, 12, 13, 14, 0, 18, 18, 15, 16, 20, 21, 15, 16};
    static constexpr int centre = 18;
    static constexpr joint_pair scale_pair{5, 6};
    static constexpr std::array<int, 26> mirror{0,  2,  1,  4,  3,  6,  5,  8,  7,  10, 9,  12, 11,
                                                14, 13, 16, 15, 17, 18, 19, 21, 20, 23, 22, 25, 24};
    static constexpr std::array<std::string_view, 6> part_names{
        "torso", "head", "left_arm", "right_arm", "left_leg", "right_leg"};
    static constexpr std::array<int, 26> part_of{1, 1, 1, 1, 1, 0, 0, 2, 3, 2, 3, 0, 0,
                                                 4, 5, 4, 5, 1, 0, 0, 4, 5, 4, 5, 4, 5};
    static constexpr std::array<int, 5> anchors{0, 1, 2, 3, 4};
};

}  // namespace MGKIT_NAMESPACE::skeleton
