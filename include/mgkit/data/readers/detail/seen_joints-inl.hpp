// Definitions of seen_joints.hpp.
#pragma once

#include <cmath>

#include "mgkit/core/error.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

MGKIT_INLINE void require_finite(const recording& one) {
    const auto view = one.poses.view();
    for (int c = 0; c < skeleton::channels(view.shape.layout); ++c)
        for (int t = 0; t < view.length; ++t)
            for (int v = 0; v < view.shape.joints; ++v)
                if (view.valid(t, v) && !std::isfinite(view.at(c, t, v)))
                    throw error("recording " + one.name, "finite values",
                                text("NaN or infinity in frame ", t, ", joint ", v),
                                "repair it before writing");
}

MGKIT_INLINE bool anything_seen(const skeleton::pose_view<const float>& view, int t) {
    for (int v = 0; v < view.shape.joints; ++v)
        if (view.valid(t, v)) return true;
    return false;
}

MGKIT_INLINE float seen_value(const skeleton::pose_view<const float>& view, int c, int t, int v) {
    return view.valid(t, v) ? view.at(c, t, v) : 0.0f;
}

MGKIT_INLINE float seen_confidence(const skeleton::pose_view<const float>& view, int t, int v) {
    const float* c = view.confidence();
    return !view.valid(t, v) ? 0.0f
           : c == nullptr    ? 1.0f
                             : view.at(skeleton::coordinates(view.shape.layout), t, v);
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
