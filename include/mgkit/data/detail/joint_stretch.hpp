// SPDX-License-Identifier: MIT
// How far joints are apart, by what the bones between them allow.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/skeleton/joint_name.hpp"

namespace MGKIT_NAMESPACE::data::detail {

/// The joints seen in one frame.
struct joint_cloud {
    std::vector<std::array<double, 3>> at;
    std::vector<char> seen;
    std::size_t count = 0;  ///< seen

    double distance(std::size_t a, std::size_t b) const {
        double sum = 0;
        for (std::size_t c = 0; c < 3; ++c) sum += (at[a][c] - at[b][c]) * (at[a][c] - at[b][c]);
        return std::sqrt(sum);
    }
};

/// Frames of a recording that show six joints beside a line, at most 256 spread over it. A joint of
/// confidence .3 or less, or at exactly 0, is not seen.
std::vector<joint_cloud> joint_clouds(const recording& r);

/// Joints of a skeleton that a body has, and how far apart any two of them can be at most.
struct reference_body {
    std::string_view name;
    std::vector<std::size_t> joints;  ///< places in a frame
    std::vector<double> reach;        ///< joints x joints, metres
};

/// Two joints are at most as far apart as the bones between them are long. Joints that no body is
/// known to have (fingers, points of the face) hand their bones on to their parent.
reference_body make_reference(std::string_view name, std::span<const skeleton::joint_name> names,
                              std::span<const int> parents);

/// How many times farther apart than on average the most stretched joints are, by their reach: the
/// 97th of 100 against the mean; 0 below six joints. `ratios` is scratch memory.
double stretch(const reference_body& body, const joint_cloud& cloud, std::vector<double>& ratios);

}  // namespace MGKIT_NAMESPACE::data::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/detail/joint_stretch-inl.hpp"
#endif
