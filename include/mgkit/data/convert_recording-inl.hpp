// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/convert_recording.hpp"

#include <cstddef>

#include "mgkit/skeleton/joint_name.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_INLINE std::string_view known_skeleton(const skeleton::dynamic& topology) {
    std::string_view found;
    skeleton::all::for_each([&]<class T>(type_tag<T>) {
        if (!found.empty() || topology.joints.size() != T::joints.size()) return;
        for (std::size_t j = 0; j < T::joints.size(); ++j)
            if (topology.joints[j] != T::joints[j] &&
                skeleton::parse_joint_name(topology.joints[j]) !=
                    skeleton::parse_joint_name(T::joints[j]))
                return;
        found = T::name;
    });
    return found;
}

namespace detail {

MGKIT_INLINE std::string_view meant_skeleton(const skeleton::dynamic& topology) {
    std::string_view named;
    skeleton::all::for_each([&]<class T>(type_tag<T>) {
        if (T::name == topology.name && T::joints.size() == topology.joints.size()) named = T::name;
    });
    return named.empty() ? known_skeleton(topology) : named;
}

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::data
