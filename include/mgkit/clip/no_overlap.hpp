// SPDX-License-Identifier: MIT
// A window shares no frame with one that was kept before.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

#include "mgkit/clip/concept.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// No two windows of a recording share a frame. Cost: log kept. Source: MG-FM, section 4.2.
struct no_overlap {
    static constexpr std::string_view name = "overlap";

    bool accepts(const candidate& c) const {
        const auto next =
            std::lower_bound(c.kept.begin(), c.kept.end(), c.window.start,
                             [](const data::segment& s, int start) { return s.start < start; });
        if (next != c.kept.end() && next->start < c.window.end) return false;
        return next == c.kept.begin() || std::prev(next)->end <= c.window.start;
    }
};

}  // namespace MGKIT_NAMESPACE::clip
