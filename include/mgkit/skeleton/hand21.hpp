// SPDX-License-Identifier: MIT
// One hand of 21 points.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// One hand: the wrist and four joints of each finger from palm to tip (OpenPose, MediaPipe and
/// COCO-WholeBody agree on this order). One hand has no mirror image within itself.
struct hand21 {
    static constexpr std::string_view name = "hand21";
    static constexpr std::array<std::string_view, 21> joints{
        "wrist",  "thumb1", "thumb2",  "thumb3",  "thumb4",  "index1",  "index2",
        "index3", "index4", "middle1", "middle2", "middle3", "middle4", "ring1",
        "ring2",  "ring3",  "ring4",   "pinky1",  "pinky2",  "pinky3",  "pinky4"};
    static constexpr std::array<int, 21> parents{0,  0,  1, 2,  3,  0,  5, 6,  7,  0, 9,
                                                 10, 11, 0, 13, 14, 15, 0, 17, 18, 19};
    static constexpr int centre = 0;
    static constexpr joint_pair scale_pair{0, 9};
    static constexpr std::array<int, 21> mirror{0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10,
                                                11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
    static constexpr std::array<std::string_view, 6> part_names{"palm",   "thumb", "index",
                                                                "middle", "ring",  "pinky"};
    static constexpr std::array<int, 21> part_of{0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3,
                                                 3, 3, 4, 4, 4, 4, 5, 5, 5, 5};
    static constexpr std::array<int, 1> anchors{0};
};

}  // namespace MGKIT_NAMESPACE::skeleton
