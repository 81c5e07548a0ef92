// SPDX-License-Identifier: MIT
// Definitions of built_in.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/type_list.hpp"
#include "mgkit/skeleton/built_in.hpp"
#include "mgkit/skeleton/list.hpp"

namespace MGKIT_NAMESPACE::skeleton {

MGKIT_COLD_INLINE std::vector<built_in> built_ins() {
    std::vector<built_in> out;
    all::for_each([&]<class T>(type_tag<T>) { out.push_back({T::name, T::joints, T::parents}); });
    return out;
}

MGKIT_COLD_INLINE std::optional<dynamic> find_built_in(std::string_view name) {
    std::optional<dynamic> out;
    all::for_each([&]<class T>(type_tag<T>) {
        if (T::name == name) out = dynamic::copy_of(T{});
    });
    return out;
}

MGKIT_COLD_INLINE std::string built_in_names() {
    std::string out;
    for (const built_in& one : built_ins()) {
        if (!out.empty()) out += ", ";
        out += one.name;
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::skeleton
