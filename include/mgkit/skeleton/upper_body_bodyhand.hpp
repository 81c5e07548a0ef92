// SPDX-License-Identifier: MIT
// The upper body without the points that show the shape of a face.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/skeleton/upper_body.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// `upper_body` without brows, lips and chin (14-20): 34 joints, for use free of face shape.
struct upper_body_bodyhand {
    static constexpr std::string_view name = "upper_body_bodyhand";
    /// Index in `upper_body` of each joint.
    static constexpr std::array<int, 34> upper_body_index = [] {
        std::array<int, 34> out{};
        for (std::size_t j = 0; j < 34; ++j) out[j] = static_cast<int>(j < 14 ? j : j + 7);
        return out;
    }();
    static constexpr std::array<std::string_view, 34> joints = [] {
        std::array<std::string_view, 34> out{};
        for (std::size_t j = 0; j < 34; ++j)
            out[j] = upper_body::joints[static_cast<std::size_t>(upper_body_index[j])];
        return out;
    }();
    static constexpr std::array<int, 34> parents = [] {
        std::array<int, 34> out{};
        for (std::size_t j = 0; j < 34; ++j) {
            const int p = upper_body::parents[static_cast<std::size_t>(upper_body_index[j])];
            out[j] = p < 14 ? p : p - 7;
        }
        return out;
    }();
    static constexpr int centre = 0;
    static constexpr joint_pair scale_pair{6, 7};
    static constexpr std::array<int, 34> mirror = [] {
        std::array<int, 34> out{};
        for (std::size_t j = 0; j < 34; ++j) {
            const int m = upper_body::mirror[static_cast<std::size_t>(upper_body_index[j])];
            out[j] = m < 14 ? m : m - 7;
        }
        return out;
    }();
    static constexpr auto part_names = upper_body::part_names;
    static constexpr std::array<int, 34> part_of = [] {
        std::array<int, 34> out{};
        for (std::size_t j = 0; j < 34; ++j)
            out[j] = upper_body::part_of[static_cast<std::size_t>(upper_body_index[j])];
        return out;
    }();
    static constexpr auto anchors = upper_body::anchors;
};

}  // namespace MGKIT_NAMESPACE::skeleton
