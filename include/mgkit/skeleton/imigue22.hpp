// SPDX-License-Identifier: MIT
// The 22 upper-body joints of the iMiGUE arrays.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// iMiGUE's 22 joints: upper BODY_25 and five points per hand.
///
/// Sides are the person's own. The released reader calls joints 2-4 and 8, 10 "Left"; by BODY_25,
/// which produced them, they are right, and that is what the names here say. Each finger point
/// hangs on the wrist of its own side. Source: data description of iMiGUE (Liu et al., CVPR 2021);
/// which finger joint a finger point is, and the side of the two blocks, are not documented there
/// (see convert.hpp).
struct imigue22 {
    static constexpr std::string_view name = "imigue22";
    static constexpr std::array<std::string_view, 22> joints{
        "nose",          "neck",          "right_shoulder", "right_elbow",   "right_wrist",
        "left_shoulder", "left_elbow",    "left_wrist",     "right_eye",     "left_eye",
        "right_ear",     "left_ear",      "right_finger1",  "right_finger2", "right_finger3",
        "right_finger4", "right_finger5", "left_finger1",   "left_finger2",  "left_finger3",
        "left_finger4",  "left_finger5"};
    static constexpr std::array<int, 22> parents{1, 1, 1, 2, 3, 1, 5, 6, 0, 0, 8,
                                                 9, 4, 4, 4, 4, 4, 7, 7, 7, 7, 7};
    static constexpr int centre = 1;
    static constexpr joint_pair scale_pair{2, 5};
    static constexpr std::array<int, 22> mirror{0,  1,  5,  6,  7,  2,  3,  4,  9,  8,  11,
                                                10, 17, 18, 19, 20, 21, 12, 13, 14, 15, 16};
    static constexpr std::array<std::string_view, 6> part_names{
        "torso", "head", "left_arm", "right_arm", "left_hand", "right_hand"};
    static constexpr std::array<int, 22> part_of{1, 0, 0, 3, 3, 0, 2, 2, 1, 1, 1,
                                                 1, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4};
    static constexpr std::array<int, 5> anchors{0, 8, 9, 10, 11};
};

}  // namespace MGKIT_NAMESPACE::skeleton
