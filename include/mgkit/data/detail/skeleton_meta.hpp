// SPDX-License-Identifier: MIT
// Joints, bones and channels as meta.json states them.
#pragma once

#include <string>
#include <string_view>

#include "mgkit/io/json.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data::detail {

/// The keys that `parse_folder_meta` reads a skeleton and its channels from.
inline void put_skeleton(io::json& meta, const skeleton::dynamic& topology,
                         skeleton::channel_layout layout) {
    meta["joints"] = topology.joints;
    meta["bones"] = io::json::array();
    for (const auto bone : topology.bones()) meta["bones"].push_back({bone.first, bone.second});
    meta["centre"] = topology.centre;
    meta["scale_pair"] = {topology.scale_pair.first, topology.scale_pair.second};
    meta["channels"] = io::json::array();
    for (const char letter : std::string_view(skeleton::name(layout)))
        meta["channels"].push_back(letter == 'c' ? std::string("confidence")
                                                 : std::string(1, letter));
}

}  // namespace MGKIT_NAMESPACE::data::detail
