// SPDX-License-Identifier: MIT
// The 41 joints that micro-gesture analysis works on: upper body, key face points, finger ends.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// Upper body of COCO-WholeBody: 41 joints, sides the person's own.
///
/// Lips, corners and chin serve pressing lips, biting nails, touching the jaw; brows stand for the
/// forehead; ears and eyes for touching them; base and tip of each finger for crossing and rubbing,
/// at half the cost of 21 points a hand; hips are usually behind a desk and then invalid. The neck
/// is the middle of the shoulders, valid only if both are. Our own choice: the MG-FM paper names no
/// joints.
struct upper_body {
    static constexpr std::string_view name = "upper_body";
    static constexpr std::array<std::string_view, 41> joints{"neck",
                                                             "nose",
                                                             "left_eye",
                                                             "right_eye",
                                                             "left_ear",
                                                             "right_ear",
                                                             "left_shoulder",
                                                             "right_shoulder",
                                                             "left_elbow",
                                                             "right_elbow",
                                                             "left_wrist",
                                                             "right_wrist",
                                                             "left_hip",
                                                             "right_hip",
                                                             "left_brow",
                                                             "right_brow",
                                                             "upper_lip",
                                                             "lower_lip",
                                                             "left_mouth_corner",
                                                             "right_mouth_corner",
                                                             "chin",
                                                             "left_thumb_mcp",
                                                             "left_thumb_tip",
                                                             "left_index_mcp",
                                                             "left_index_tip",
                                                             "left_middle_mcp",
                                                             "left_middle_tip",
                                                             "left_ring_mcp",
                                                             "left_ring_tip",
                                                             "left_pinky_mcp",
                                                             "left_pinky_tip",
                                                             "right_thumb_mcp",
                                                             "right_thumb_tip",
                                                             "right_index_mcp",
                                                             "right_index_tip",
                                                             "right_middle_mcp",
                                                             "right_middle_tip",
                                                             "right_ring_mcp",
                                                             "right_ring_tip",
                                                             "right_pinky_mcp",
                                                             "right_pinky_tip"};
    static constexpr std::array<int, 41> parents{
        0,  0,  1,  1,  2,  3,  0,  0,  6,  7,  8,  9,  6,  7,  2,  3,  1,  16, 16, 16, 17,
        10, 21, 10, 23, 10, 25, 10, 27, 10, 29, 11, 31, 11, 33, 11, 35, 11, 37, 11, 39};
    /// Index in `coco_wholebody133`; -1 for the derived neck.
    static constexpr std::array<int, 41> wholebody{
        -1,  0,   1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,
        47,  42,  85,  89,  77,  71,  31,  93,  95,  96,  99,  100, 103, 104,
        107, 108, 111, 114, 116, 117, 120, 121, 124, 125, 128, 129, 132};
    /// The two whole-body joints whose middle is the neck.
    static constexpr joint_pair neck_ends{5, 6};
    static constexpr int centre = 0;
    static constexpr joint_pair scale_pair{6, 7};
    static constexpr std::array<int, 41> mirror{
        0,  1,  3,  2,  5,  4,  7,  6,  9,  8,  11, 10, 13, 12, 15, 14, 16, 17, 19, 18, 20,
        31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30};
    static constexpr std::array<std::string_view, 6> part_names{
        "head", "torso", "left_arm", "right_arm", "left_hand", "right_hand"};
    static constexpr std::array<int, 41> part_of{1, 0, 0, 0, 0, 0, 1, 1, 2, 3, 2, 3, 1, 1,
                                                 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4,
                                                 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5};
    static constexpr std::array<int, 5> anchors{1, 2, 3, 4, 5};
};

}  // namespace MGKIT_NAMESPACE::skeleton
