// SPDX-License-Identifier: MIT
// A constraint: windows of at least so many frames.
// entry: clip/list.hpp constraints mgkit::toys::long_enough
#pragma once

#include <string_view>

#include "mgkit/clip/concept.hpp"

namespace MGKIT_NAMESPACE::toys {

struct long_enough {
    static constexpr std::string_view name = "too_short";
    int frames = 8;

    bool accepts(const clip::candidate& c) const { return c.window.length() >= frames; }
};

}  // namespace MGKIT_NAMESPACE::toys
