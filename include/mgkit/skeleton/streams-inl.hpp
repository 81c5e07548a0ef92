// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/skeleton/streams.hpp"

#include <string>

namespace MGKIT_NAMESPACE::skeleton {

MGKIT_INLINE stream parse_stream(std::string_view text) {
    for (const stream kind : all_streams)
        if (text == name(kind)) return kind;
    throw error("stream", "joint, bone, motion or bone_motion", std::string(text));
}

}  // namespace MGKIT_NAMESPACE::skeleton
