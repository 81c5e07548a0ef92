// SPDX-License-Identifier: MIT
// The 17 body joints of COCO.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// COCO body keypoints. There is no neck: root and centre are the nose, shoulders hang on it, hips
/// on the shoulders. Convert to `upper_body` for a derived neck.
struct coco17 {
    static constexpr std::string_view name = "coco17";
    static constexpr std::array<std::string_view, 17> joints{
        "nose",           "left_eye",   "right_eye",   "left_ear",   "right_ear",   "left_shoulder",
        "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip",
        "right_hip",      "left_knee",  "right_knee",  "left_ankle", "right_ankle"};
    static constexpr std::array<int, 17> parents{0, 0, 0, 1, 2,  0,  0,  5, 6,
                                                 7, 8, 5, 6, 11, 12, 13, 14};
    static constexpr int centre = 0;
    static constexpr joint_pair scale_pair{5, 6};
    static constexpr std::array<int, 17> mirror{0,  2, 1,  4,  3,  6,  5,  8, 7,
                                                10, 9, 12, 11, 14, 13, 16, 15};
    static constexpr std::array<std::string_view, 6> part_names{
        "torso", "head", "left_arm", "right_arm", "left_leg", "right_leg"};
    static constexpr std::array<int, 17> part_of{1, 1, 1, 1, 1, 0, 0, 2, 3, 2, 3, 0, 0, 4, 5, 4, 5};
    static constexpr std::array<int, 5> anchors{0, 1, 2, 3, 4};
};

}  // namespace MGKIT_NAMESPACE::skeleton
