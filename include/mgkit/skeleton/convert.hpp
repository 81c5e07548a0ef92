// SPDX-License-Identifier: MIT
// Carrying a pose from one topology to another.
// infrastructure: not itself a topology
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/conversions.hpp"
#include "mgkit/skeleton/estimator_conversions.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::skeleton {

namespace detail {

channel_layout converted_layout(std::span<const joint_pair> sources, channel_layout in);

}  // namespace detail

/// The channel layout that a conversion produces: joints without a source need a confidence of 0.
template <class From, class To, auto Option = no_option{}>
channel_layout converted_layout(channel_layout in) {
    return detail::converted_layout(conversion<From, To, Option>::sources(), in);
}

namespace detail {

/// The joints of one skeleton out of another's; one function for all pairs of skeletons.
template <class S>
void convert_joints(const char* where, std::span<const joint_pair> sources, int joints,
                    channel_layout layout, pose_view<const S> in, pose<S>& out) {
    if (in.shape.joints != joints)
        throw error(where, text(joints, " joints"), text(in.shape.joints),
                    "convert from the topology of the data");
    pose_shape shape = in.shape;
    shape.joints = static_cast<int>(sources.size());
    shape.layout = layout;
    out.resize(shape, in.length);
    const auto to = out.view();
    const int dims = coordinates(in.shape.layout);
    for (int t = 0; t < shape.frames; ++t)
        for (int v = 0; v < shape.joints; ++v) {
            const auto [a, b] = sources[static_cast<std::size_t>(v)];
            for (int m = 0; m < shape.persons; ++m) {
                const bool known = a >= 0 && in.valid(t, a, m) && in.valid(t, b, m);
                for (int c = 0; c < dims; ++c)
                    to.at(c, t, v, m) = !known   ? S(0)
                                        : a == b ? in.at(c, t, a, m)
                                                 : (in.at(c, t, a, m) + in.at(c, t, b, m)) / 2;
                if (!has_confidence(layout)) continue;
                to.at(dims, t, v, m) = !known || (t >= in.length && !in.confidence()) ? S(0)
                                       : in.confidence()
                                           ? std::min(in.at(dims, t, a, m), in.at(dims, t, b, m))
                                           : S(1);
            }
        }
}

}  // namespace detail

/// Writes the joints of `To` taken from a clip of `From`; all T frames, padding included.
///
/// A target joint is a source joint, the middle of two (confidence: the smaller), or unknown. An
/// invalid or unknown joint has coordinates and confidence 0; a layout without confidence gains one
/// where unknown joints exist, and the known joints then have confidence 1 within `length`.
/// `Option` chooses between readings where one pair of topologies has several.
/// Shapes: in C T V M of From -> out C' T V' M. Errors: a pair without conversion does not compile;
/// mgkit::error for another joint count. Cost: C' T V' M.
template <static_topology From, static_topology To, auto Option = no_option{}, class S>
void convert(pose_view<const S> in, pose<S>& out) {
    static_assert(
        convertible<From, To, Option>,
        "mgkit: no conversion between these two topologies; specialise "
        "mgkit::skeleton::conversion<From, To> with the source of each joint, or pass the "
        "option that this pair asks for (fingers::tips or fingers::mcp, side::left or "
        "side::right)");
    if constexpr (convertible<From, To, Option>) {
        detail::convert_joints<S>("skeleton::convert", conversion<From, To, Option>::sources(),
                                  joint_count_v<From>,
                                  converted_layout<From, To, Option>(in.shape.layout), in, out);
    }
}

/// Whether the two finger blocks of an `imigue22` clip stand on the wrong sides: the block called
/// right (12-16) is, by median distance over frames, nearer to the left wrist than to the right.
///
/// The data's documents do not say which block is which, so measure before converting and call
/// `swap_finger_blocks` if needed. Frames without both wrists and a right finger do not vote; with
/// no vote the answer is false. Cost: T M.
template <class S>
bool finger_blocks_swapped(pose_view<const S> in) {
    if (in.shape.joints != joint_count_v<imigue22>)
        throw error("finger_blocks_swapped", "22 joints", text(in.shape.joints));
    constexpr int right_wrist = 4, left_wrist = 7, first = 12, last = 16;
    std::vector<double> right, left;
    for (int t = 0; t < in.length; ++t)
        for (int m = 0; m < in.shape.persons; ++m) {
            if (!in.valid(t, right_wrist, m) || !in.valid(t, left_wrist, m)) continue;
            for (int f = first; f <= last; ++f) {
                if (!in.valid(t, f, m)) continue;
                double to_right = 0, to_left = 0;
                for (int c = 0; c < coordinates(in.shape.layout); ++c) {
                    const double x = in.at(c, t, f, m);
                    to_right += std::pow(x - double(in.at(c, t, right_wrist, m)), 2);
                    to_left += std::pow(x - double(in.at(c, t, left_wrist, m)), 2);
                }
                right.push_back(to_right);
                left.push_back(to_left);
            }
        }
    if (right.empty()) return false;
    const auto middle = [](std::vector<double>& values) {
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), at, values.end());
        return *at;
    };
    return middle(left) < middle(right);
}

/// Exchanges the finger blocks 12-16 and 17-21 of an `imigue22` clip. Cost: C T M.
template <class S>
void swap_finger_blocks(pose_view<S> clip) {
    if (clip.shape.joints != joint_count_v<imigue22>)
        throw error("swap_finger_blocks", "22 joints", text(clip.shape.joints));
    for (int c = 0; c < channels(clip.shape.layout); ++c)
        for (int t = 0; t < clip.shape.frames; ++t)
            for (int f = 12; f < 17; ++f)
                for (int m = 0; m < clip.shape.persons; ++m)
                    std::swap(clip.at(c, t, f, m), clip.at(c, t, f + 5, m));
}

}  // namespace MGKIT_NAMESPACE::skeleton

#if !defined(MGKIT_COMPILED)
#include "mgkit/skeleton/convert-inl.hpp"
#endif
