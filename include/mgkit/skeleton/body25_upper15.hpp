// SPDX-License-Identifier: MIT
// The 15 joints of BODY_25 that a person behind a desk shows.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// BODY_25 without knees, ankles and feet, in BODY_25 order. Root and centre: the neck. Body size:
/// the distance of the shoulders, since a desk hides the hips.
struct body25_upper15 {
    static constexpr std::string_view name = "body25_upper15";
    static constexpr std::array<std::string_view, 15> joints{
        "nose",          "neck",       "right_shoulder", "right_elbow", "right_wrist",
        "left_shoulder", "left_elbow", "left_wrist",     "mid_hip",     "right_hip",
        "left_hip",      "right_eye",  "left_eye",       "right_ear",   "left_ear"};
    /// Index of each joint in `body25`.
    static constexpr std::array<int, 15> body25_index{0, 1, 2,  3,  4,  5,  6, 7,
                                                      8, 9, 12, 15, 16, 17, 18};
    static constexpr std::array<int, 15> parents{1, 1, 1, 2, 3, 1, 5, 6, 1, 8, 8, 0, 0, 11, 12};
    static constexpr int centre = 1;
    static constexpr joint_pair scale_pair{2, 5};
    static constexpr std::array<int, 15> mirror{0, 1, 5, 6, 7, 2, 3, 4, 8, 10, 9, 12, 11, 14, 13};
    static constexpr std::array<std::string_view, 4> part_names{"torso", "head", "left_arm",
                                                                "right_arm"};
    static constexpr std::array<int, 15> part_of{1, 0, 3, 3, 3, 2, 2, 2, 0, 0, 0, 1, 1, 1, 1};
    static constexpr std::array<int, 5> anchors{0, 11, 12, 13, 14};
};

}  // namespace MGKIT_NAMESPACE::skeleton
