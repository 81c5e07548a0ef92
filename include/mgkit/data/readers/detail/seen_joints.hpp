// SPDX-License-Identifier: MIT
// What writers of recordings share: a skeleton the format has, finite numbers, zeros where nothing
// was seen.
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Errors: NaN or infinity at a valid joint.
inline void require_finite(const recording& one) {
    const auto view = one.poses.view();
    for (int c = 0; c < skeleton::channels(view.shape.layout); ++c)
        for (int t = 0; t < view.length; ++t)
            for (int v = 0; v < view.shape.joints; ++v)
                if (view.valid(t, v) && !std::isfinite(view.at(c, t, v)))
                    throw error("recording " + one.name, "finite values",
                                text("NaN or infinity in frame ", t, ", joint ", v),
                                "repair it before writing");
}

/// The recording itself if its skeleton is one of `First, Rest...`, else converted to `First`.
template <class First, class... Rest>
recording as_one_of(const recording& one) {
    check(one);
    require_finite(one);
    std::string_view known;
    type_list<First, Rest...>::for_each([&]<class T>(type_tag<T>) {
        if (one.topology.joints.size() == T::joints.size() &&
            (one.topology.name == T::name || known_skeleton(one.topology) == T::name))
            known = T::name;
    });
    if (known.empty()) return convert_recording<First>(one);
    recording out = one;
    out.topology.name = known;
    return out;
}

inline bool anything_seen(const skeleton::pose_view<const float>& view, int t) {
    for (int v = 0; v < view.shape.joints; ++v)
        if (view.valid(t, v)) return true;
    return false;
}
inline float seen_value(const skeleton::pose_view<const float>& view, int c, int t, int v) {
    return view.valid(t, v) ? view.at(c, t, v) : 0.0f;
}
inline float seen_confidence(const skeleton::pose_view<const float>& view, int t, int v) {
    const float* c = view.confidence();
    return !view.valid(t, v) ? 0.0f
           : c == nullptr    ? 1.0f
                             : view.at(skeleton::coordinates(view.shape.layout), t, v);
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
