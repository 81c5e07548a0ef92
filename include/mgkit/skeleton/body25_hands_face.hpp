// SPDX-License-Identifier: MIT
// OpenPose BODY_25 with both hands and the face.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/skeleton/body25_hands.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// `body25_hands`, then OpenPose's 70 face points (--hand --face): the 68 of `coco_wholebody133`,
/// as the same tree below nose and eyes, and the pupils.
struct body25_hands_face {
    static constexpr std::string_view name = "body25_hands_face";
    static constexpr int before = 67, face = 68;
    /// First face point of `coco_wholebody133`.
    static constexpr int wholebody_face = 23;

    static constexpr std::array<std::string_view, 137> joints = [] {
        std::array<std::string_view, 137> out{};
        for (std::size_t j = 0; j < before; ++j) out[j] = body25_hands::joints[j];
        for (std::size_t k = 0; k < face; ++k)
            out[before + k] = coco_wholebody133::joints[wholebody_face + k];
        out[135] = "right_pupil";
        out[136] = "left_pupil";
        return out;
    }();
    static constexpr std::array<int, 137> parents = [] {
        constexpr int nose = 0, right_eye = 15, left_eye = 16;
        constexpr int head[] = {nose, left_eye, right_eye};
        std::array<int, 137> out{};
        for (std::size_t j = 0; j < before; ++j) out[j] = body25_hands::parents[j];
        for (std::size_t k = 0; k < face; ++k) {
            const int parent = coco_wholebody133::parents[wholebody_face + k];
            out[before + k] =
                parent < wholebody_face ? head[parent] : parent - wholebody_face + before;
        }
        out[135] = right_eye;
        out[136] = left_eye;
        return out;
    }();
    static constexpr int centre = body25::centre;
    static constexpr joint_pair scale_pair = body25::scale_pair;
    static constexpr std::array<int, 137> mirror = [] {
        std::array<int, 137> out{};
        for (std::size_t j = 0; j < before; ++j) out[j] = body25_hands::mirror[j];
        for (std::size_t k = 0; k < face; ++k)
            out[before + k] =
                coco_wholebody133::mirror[wholebody_face + k] - wholebody_face + before;
        out[135] = 136;
        out[136] = 135;
        return out;
    }();
    static constexpr std::array<std::string_view, 9> part_names{
        "torso",     "head",      "left_arm",   "right_arm", "left_leg",
        "right_leg", "left_hand", "right_hand", "face"};
    static constexpr std::array<int, 137> part_of = [] {
        std::array<int, 137> out{};
        for (std::size_t j = 0; j < 137; ++j) out[j] = j < before ? body25_hands::part_of[j] : 8;
        return out;
    }();
    static constexpr auto anchors = body25::anchors;
};

}  // namespace MGKIT_NAMESPACE::skeleton
