// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/neighbour_search.hpp"

namespace MGKIT_NAMESPACE::probe {

MGKIT_INLINE std::span<const int> neighbours::of(std::size_t query) const {
    if (query >= queries || k == 0 || index.size() / k < queries)
        throw error("probe::neighbours", text("a query below ", queries),
                    text(query, " with ", index.size(), " neighbours"));
    return std::span(index).subspan(query * k, k);
}

}  // namespace MGKIT_NAMESPACE::probe
