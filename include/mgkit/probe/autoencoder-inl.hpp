// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/autoencoder.hpp"

#include <cmath>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::probe::detail {

MGKIT_COLD_INLINE void check_autoencoder(const std::string& where, const autoencoder_settings& s) {
    const auto require = [&](const char* what, double value, bool fits) {
        if (!fits || !std::isfinite(value)) throw error(where, what, text(value));
    };
    if (s.widths.empty()) throw error(where, "one layer or more", "no widths");
    for (const int width : s.widths) require("widths of 1 or more", width, width >= 1);
    require("a rate above 0", s.rate, s.rate > 0);
    require("a factor on the rate above 0", s.factor, s.factor > 0);
    require("one or more steps for each fall of the rate", s.every, s.every >= 1);
    require("one or more epochs", s.epochs, s.epochs >= 1);
    require("a batch of 0 or more", s.batch, s.batch >= 0);
}

}  // namespace MGKIT_NAMESPACE::probe::detail
