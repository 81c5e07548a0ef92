// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "mgkit/encode/input_for.hpp"
#include "mgkit/nn/facts.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::encode {

MGKIT_COLD_INLINE void require_stated_input(const description& about, const std::string& where) {
    if (about.topology.joints.empty() || !about.prepared || about.channels.empty())
        throw error(where, "an encoder that states its joints, channels and preparation",
                    "one that leaves them open",
                    "take one that mgfm pretrain or encode::save_encoder wrote");
}

MGKIT_COLD_INLINE clip_input input_for(const description& about, const data::clip_set& clips) {
    return input_for(about, clips.topology, clips.shape);
}

MGKIT_COLD_INLINE clip_input input_for(const description& about, const skeleton::dynamic& topology,
                                       const skeleton::pose_shape& shape) {
    const std::string where = "encode::input_for";
    input_settings s;
    s.frames = nn::number_of(about.settings, "frames", s.frames, where);
    s.stream = about.stream.value_or(s.stream);
    s.confidence = about.channels.ends_with('c');
    description fed;
    if (!about.topology.joints.empty()) fed.topology = topology;
    if (!about.channels.empty())
        fed.channels = text(skeleton::coordinates(shape.layout) == 2 ? "xy" : "xyz",
                            s.confidence && skeleton::has_confidence(shape.layout) ? "c" : "");
    fed.prepared = about.prepared;
    const auto found = differences(about, fed);
    if (!found.empty()) {
        std::string list;
        for (const auto& difference : found) list += (list.empty() ? "" : ", ") + difference;
        throw error(where, "clips that the encoder was made for", list,
                    "convert the recordings, or take another encoder");
    }
    return {topology, shape, s};
}

}  // namespace MGKIT_NAMESPACE::encode
