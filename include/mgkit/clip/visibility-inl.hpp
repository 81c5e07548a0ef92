// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/clip/visibility.hpp"

namespace MGKIT_NAMESPACE::clip {

MGKIT_INLINE visibility::visibility(const std::vector<bool>& seen)
    : hidden_from_(size_of(static_cast<int>(seen.size()))) {
    int next = frames();
    for (int t = frames() - 1; t >= 0; --t) {
        if (!seen[static_cast<std::size_t>(t)]) next = t;
        hidden_from_[static_cast<std::size_t>(t)] = next;
    }
}

MGKIT_INLINE int visibility::seen_frames() const {
    int out = 0;
    for (int t = 0; t < frames(); ++t) out += seen(t) ? 1 : 0;
    return out;
}

MGKIT_INLINE std::size_t visibility::size_of(int frames) {
    if (frames < 1) throw error("visibility", "at least one frame", text(frames));
    return static_cast<std::size_t>(frames);
}

}  // namespace MGKIT_NAMESPACE::clip
