// SPDX-License-Identifier: MIT
// MediaPipe's 33 pose landmarks.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// BlazePose's landmarks in MediaPipe's order; sides are the person's own. There is no neck: root
/// and centre are the nose. The thumb, index and pinky points of a hand are knuckles, not tips.
/// Source: Bazarevsky et al., "BlazePose", 2020 (order; the tree is ours).
struct blazepose33 {
    static constexpr std::string_view name = "blazepose33";
    static constexpr std::array<std::string_view, 33> joints{"nose",
                                                             "left_eye_inner",
                                                             "left_eye",
                                                             "left_eye_outer",
                                                             "right_eye_inner",
                                                             "right_eye",
                                                             "right_eye_outer",
                                                             "left_ear",
                                                             "right_ear",
                                                             "left_mouth_corner",
                                                             "right_mouth_corner",
                                                             "left_shoulder",
                                                             "right_shoulder",
                                                             "left_elbow",
                                                             "right_elbow",
                                                             "left_wrist",
                                                             "right_wrist",
                                                             "left_pinky",
                                                             "right_pinky",
                                                             "left_index",
                                                             "right_index",
                                                             "left_thumb",
                                                             "right_thumb",
                                                             "left_hip",
                                                             "right_hip",
                                                             "left_knee",
                                                             "right_knee",
                                                             "left_ankle",
                                                             "right_ankle",
                                                             "left_heel",
                                                             "right_heel",
                                                             "left_foot_index",
                                                             "right_foot_index"};
    static constexpr std::array<int, 33> parents{0,  0,  1,  2,  0,  4,  5,  3,  6,  0,  0,
                                                 0,  0,  11, 12, 13, 14, 15, 16, 15, 16, 15,
                                                 16, 11, 12, 23, 24, 25, 26, 27, 28, 27, 28};
    static constexpr int centre = 0;
    static constexpr joint_pair scale_pair{11, 12};
    static constexpr std::array<int, 33> mirror{0,  4,  5,  6,  1,  2,  3,  8,  7,  10, 9,
                                                12, 11, 14, 13, 16, 15, 18, 17, 20, 19, 22,
                                                21, 24, 23, 26, 25, 28, 27, 30, 29, 32, 31};
    static constexpr std::array<std::string_view, 6> part_names{
        "torso", "head", "left_arm", "right_arm", "left_leg", "right_leg"};
    static constexpr std::array<int, 33> part_of{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 2, 3, 2, 3,
                                                 2, 3, 2, 3, 2, 3, 0, 0, 4, 5, 4, 5, 4, 5, 4, 5};
    static constexpr std::array<int, 5> anchors{0, 2, 5, 7, 8};
};

}  // namespace MGKIT_NAMESPACE::skeleton
