// SPDX-License-Identifier: MIT
// A face without a body.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// OpenPose's 70 face points (--face without a body): the 68 of `coco_wholebody133` and the pupils,
/// as the same tree, with the tip of the nose for its nose and the pupils, below the bridge, for
/// its eyes. Root and centre: the tip of the nose; scale: the outer corners of the eyes.
struct face70 {
    static constexpr std::string_view name = "face70";
    static constexpr int points = 68, right_pupil = 68, left_pupil = 69;
    static constexpr int nose_bridge = 27, nose_tip = 30;
    /// First face point of `coco_wholebody133`.
    static constexpr int wholebody_face = 23;

    static constexpr std::array<std::string_view, 70> joints = [] {
        std::array<std::string_view, 70> out{};
        for (std::size_t k = 0; k < points; ++k)
            out[k] = coco_wholebody133::joints[wholebody_face + k];
        out[right_pupil] = "right_pupil";
        out[left_pupil] = "left_pupil";
        return out;
    }();
    static constexpr std::array<int, 70> parents = [] {
        constexpr int head[] = {nose_tip, left_pupil, right_pupil};
        std::array<int, 70> out{};
        for (std::size_t k = 0; k < points; ++k) {
            const int parent = coco_wholebody133::parents[wholebody_face + k];
            out[k] = parent < wholebody_face ? head[parent] : parent - wholebody_face;
        }
        out[right_pupil] = out[left_pupil] = nose_bridge;
        return out;
    }();
    static constexpr int centre = nose_tip;
    static constexpr joint_pair scale_pair{36, 45};
    static constexpr std::array<int, 70> mirror = [] {
        std::array<int, 70> out{};
        for (std::size_t k = 0; k < points; ++k)
            out[k] = coco_wholebody133::mirror[wholebody_face + k] - wholebody_face;
        out[right_pupil] = left_pupil;
        out[left_pupil] = right_pupil;
        return out;
    }();
    static constexpr std::array<std::string_view, 5> part_names{"jaw", "right_eye", "left_eye",
                                                                "nose", "mouth"};
    static constexpr std::array<int, 70> part_of = [] {
        std::array<int, 70> out{};
        for (std::size_t k = 0; k < points; ++k)
            out[k] = k < 17   ? 0
                     : k < 22 ? 1
                     : k < 27 ? 2
                     : k < 36 ? 3
                     : k < 42 ? 1
                     : k < 48 ? 2
                              : 4;
        out[right_pupil] = 1;
        out[left_pupil] = 2;
        return out;
    }();
    static constexpr std::array<int, 3> anchors{nose_tip, 36, 45};
};

}  // namespace MGKIT_NAMESPACE::skeleton
