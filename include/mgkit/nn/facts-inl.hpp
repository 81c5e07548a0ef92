// SPDX-License-Identifier: MIT
// Definitions of facts.hpp.
#pragma once

#include "mgkit/nn/facts.hpp"

namespace MGKIT_NAMESPACE::nn {

namespace detail {

MGKIT_COLD_INLINE void no_number(const std::string& where, const std::string& name,
                                 const std::string& found) {
    throw error(where + ": '" + name + "'", "a number", found);
}

MGKIT_COLD_INLINE void fact_collector::add(const fact_map& stated) {
    for (const auto& [name, value] : stated) found[at + name] = value;
}
MGKIT_COLD_INLINE std::size_t fact_collector::enter(std::string_view name) {
    const std::size_t place = at.size();
    at.append(name).append(1, '.');
    return place;
}
MGKIT_COLD_INLINE std::size_t fact_collector::enter(std::size_t index) {
    return enter(std::to_string(index));
}

}  // namespace detail

MGKIT_COLD_INLINE std::vector<std::string> differences(const fact_map& stored,
                                                       const fact_map& wanted) {
    std::vector<std::string> out;
    for (const auto& [name, value] : wanted) {
        const auto found = stored.find(name);
        if (found != stored.end() && found->second != value)
            out.push_back(name + " is " + found->second + " instead of " + value);
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::nn
