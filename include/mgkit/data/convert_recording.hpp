// SPDX-License-Identifier: MIT
// A recording carried to another skeleton, whichever one it has.
#pragma once

#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/skeleton/convert.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/list.hpp"

namespace MGKIT_NAMESPACE::data {

/// Name of the built-in skeleton that has the same joints in the same order, whatever their
/// spelling ("RShoulder", "right_shoulder"); empty where none has. Cost: constant.
std::string_view known_skeleton(const skeleton::dynamic& topology);

namespace detail {

/// Name of the built-in skeleton that is meant: by name and number of joints, else as
/// `known_skeleton`.
std::string_view meant_skeleton(const skeleton::dynamic& topology);

}  // namespace detail

/// How many joints of `To` a recording of this skeleton gives; 0 where there is no conversion.
/// Cost: constant.
template <skeleton::static_topology To>
int converted_joints(const skeleton::dynamic& topology) {
    const std::string_view from = detail::meant_skeleton(topology);
    int known = 0;
    skeleton::all::for_each([&]<class From>(type_tag<From>) {
        if constexpr (skeleton::convertible<From, To>)
            if (From::name == from)
                for (const auto& source : skeleton::conversion<From, To>::sources())
                    known += source.first >= 0 ? 1 : 0;
    });
    return known;
}

/// The recording with the joints of `To`; everything else stays.
///
/// Its skeleton is found by name and number of joints, else by the names of its joints. What a
/// conversion does: `skeleton::convert`. Errors: mgkit::error where there is no conversion, naming
/// what can be converted to `To`. Cost: C T V.
template <skeleton::static_topology To>
recording convert_recording(const recording& in) {
    check(in);
    const std::string_view from = detail::meant_skeleton(in.topology);
    recording out;
    out.name = in.name;
    out.subject = in.subject;
    out.fps = in.fps;
    out.result = in.result;
    out.width = in.width;
    out.height = in.height;
    out.confidence_assumed = in.confidence_assumed;
    out.topology = skeleton::dynamic::copy_of(To{});
    bool done = false;
    std::string possible;
    skeleton::all::for_each([&]<class From>(type_tag<From>) {
        if constexpr (skeleton::convertible<From, To>) {
            possible += text(possible.empty() ? "" : ", ", From::name);
            if (From::name != from) return;
            skeleton::convert<From, To>(in.poses.view(), out.poses);
            done = true;
        }
    });
    if (!done)
        throw error("recording " + in.name, text("a skeleton that converts to ", To::name),
                    text(from.empty() ? std::string_view(in.topology.name) : from, " with ",
                         in.topology.joints.size(), " joints"),
                    "these can be converted: " + possible);
    return out;
}

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/convert_recording-inl.hpp"
#endif
