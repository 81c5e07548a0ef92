// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::skeleton {

namespace detail {

MGKIT_NOINLINE MGKIT_INLINE void outside_clip(pose_shape s, bool memory, int c, int t, int v,
                                              int m) {
    if (!memory) throw error("pose_view", "a clip in memory", "none", "give it values");
    throw error("pose_view",
                text("an index into ", channels(s.layout), " channels x ", s.frames, " frames x ",
                     s.joints, " joints x ", s.persons, " persons"),
                text("channel ", c, ", frame ", t, ", joint ", v, ", person ", m),
                "use the skeleton of the clip");
}

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::skeleton
