// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/draws.hpp"

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE index_set draw_subset(random_stream& stream, int first, int size, int count) {
    index_set chosen;
    for (int last = size - count; last < size; ++last) {
        const int pick =
            first + static_cast<int>(stream.below(static_cast<std::uint32_t>(last) + 1));
        chosen.insert(chosen.contains(pick) ? first + last : pick);
    }
    return chosen;
}

namespace detail {

MGKIT_INLINE void check_setting(std::string_view stage, std::string_view setting, double value,
                                double low, double high) {
    if (!(value >= low && value <= high))
        throw error(text("augment::", stage), text(setting, " between ", low, " and ", high),
                    text(value), "correct the setting");
}

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::augment
