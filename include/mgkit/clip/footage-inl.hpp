// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/clip/footage.hpp"

#include <cmath>
#include <string>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::clip {

MGKIT_INLINE footage::footage(const data::recording& of, const visibility& seen,
                              std::span<const int> cuts)
    : footage(of, cuts) {
    seen_ = &seen;
    if (seen.frames() != frames_)
        throw error("footage of " + of.name, text(frames_, " frames"), text(seen.frames()));
}

MGKIT_INLINE const data::recording& footage::recording(std::string_view where) const {
    if (recording_ == nullptr)
        throw error(std::string(where), "a recording with its poses", "usable frames alone",
                    "sample from the recording");
    return *recording_;
}

MGKIT_INLINE void footage::check() const {
    if (frames_ < 1) throw error("footage", "at least one frame", text(frames_));
    if (!(fps_ > 0 && std::isfinite(fps_)))
        throw error("footage", "a frame rate above 0", text(fps_),
                    "state the recording's frames per second");
}

}  // namespace MGKIT_NAMESPACE::clip
