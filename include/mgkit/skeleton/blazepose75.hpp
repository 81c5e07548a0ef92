// SPDX-License-Identifier: MIT
// MediaPipe's pose landmarks with both hands.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/skeleton/blazepose33.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// `blazepose33`, then 21 landmarks of the left and 21 of the right hand. Hand roots hang on the
/// wrists; hand joints have the names of `coco_wholebody133`.
struct blazepose75 {
    static constexpr std::string_view name = "blazepose75";
    static constexpr int body = 33, hand = 21;
    /// First hand joint of `coco_wholebody133`, where the hands have the same order.
    static constexpr int wholebody_hand = 91;

    static constexpr std::array<std::string_view, 75> joints = [] {
        std::array<std::string_view, 75> out{};
        for (std::size_t j = 0; j < 75; ++j)
            out[j] = j < body ? blazepose33::joints[j]
                              : coco_wholebody133::joints[j - body + wholebody_hand];
        return out;
    }();
    static constexpr std::array<int, 75> parents = [] {
        constexpr int left_wrist = 15, right_wrist = 16;
        std::array<int, 75> out{};
        for (std::size_t j = 0; j < 75; ++j)
            out[j] = j < body ? blazepose33::parents[j]
                              : coco_wholebody133::parents[j - body + wholebody_hand] -
                                    wholebody_hand + body;
        out[body] = left_wrist;
        out[body + hand] = right_wrist;
        return out;
    }();
    static constexpr int centre = blazepose33::centre;
    static constexpr joint_pair scale_pair = blazepose33::scale_pair;
    static constexpr std::array<int, 75> mirror = [] {
        std::array<int, 75> out{};
        for (std::size_t j = 0; j < 75; ++j)
            out[j] = j < body ? blazepose33::mirror[j]
                              : static_cast<int>(j < body + hand ? j + hand : j - hand);
        return out;
    }();
    static constexpr std::array<std::string_view, 8> part_names{
        "torso",    "head",      "left_arm",  "right_arm",
        "left_leg", "right_leg", "left_hand", "right_hand"};
    static constexpr std::array<int, 75> part_of = [] {
        std::array<int, 75> out{};
        for (std::size_t j = 0; j < 75; ++j)
            out[j] = j < body ? blazepose33::part_of[j] : j < body + hand ? 6 : 7;
        return out;
    }();
    static constexpr auto anchors = blazepose33::anchors;
};

}  // namespace MGKIT_NAMESPACE::skeleton
