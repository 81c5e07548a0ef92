// What writers of recordings share: a skeleton the format has, finite numbers, zeros where nothing
// was seen.
#pragma once

#include <string_view>

#include "mgkit/core/type_list.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Errors: NaN or infinity at a valid joint.
void require_finite(const recording& one);

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

bool anything_seen(const skeleton::pose_view<const float>& view, int t);
float seen_value(const skeleton::pose_view<const float>& view, int c, int t, int v);
float seen_confidence(const skeleton::pose_view<const float>& view, int t, int v);

}  // namespace MGKIT_NAMESPACE::data::readers::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/seen_joints-inl.hpp"
#endif
