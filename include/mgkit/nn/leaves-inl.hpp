// SPDX-License-Identifier: MIT
// Definitions of leaves.hpp.
#pragma once

#include "mgkit/nn/leaves.hpp"

namespace MGKIT_NAMESPACE::nn::detail {

MGKIT_COLD_INLINE leaf_place leaf_place::below(std::string_view member, bool alias_too,
                                               bool unused_too) const {
    leaf_place out{name, alias || alias_too, unused || unused_too};
    if (!name.empty()) out.name += '.';
    out.name += member;
    return out;
}
MGKIT_COLD_INLINE leaf_place leaf_place::below(std::size_t index) const {
    return below(std::to_string(index));
}

MGKIT_COLD_INLINE void missing_gradients(const std::string& where, std::string names, int count,
                                         int shown) {
    if (count > shown) names += mgkit::text(" and ", count - shown, " more");
    throw error(where, "a gradient for every trainable parameter", "none for " + names,
                "use them in the pass, set them not trainable, or declare members that are kept "
                "for files only with nn::unused");
}

}  // namespace MGKIT_NAMESPACE::nn::detail
