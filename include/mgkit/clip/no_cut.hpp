// SPDX-License-Identifier: MIT
// A window shows one person from its first frame to its last.
#pragma once

#include <string_view>

#include "mgkit/clip/concept.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// No window runs across a frame at which another person begins (`footage::cuts`).
///
/// Cost: log cuts. Source: ours.
struct no_cut {
    static constexpr std::string_view name = "person_change";

    bool accepts(const candidate& c) const {
        return !data::runs_across(c.of.cuts(), c.window.start, c.window.end);
    }
};

}  // namespace MGKIT_NAMESPACE::clip
