// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/sgd_linear.hpp"

#include <cmath>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::probe::detail {

MGKIT_COLD_INLINE void check_sgd_linear(const std::string& where, const sgd_linear_settings& s) {
    const auto require = [&](const char* what, double value, bool fits) {
        if (!fits || !std::isfinite(value)) throw error(where, what, text(value));
    };
    require("a rate above 0", s.rate, s.rate > 0);
    require("a momentum from 0 to below 1", s.momentum, s.momentum >= 0 && s.momentum < 1);
    require("a weight decay of 0 or more", s.weight_decay, s.weight_decay >= 0);
    require("a factor on the rate above 0", s.factor, s.factor > 0);
    require("a deviation of 0 or more", s.deviation, s.deviation >= 0);
}

}  // namespace MGKIT_NAMESPACE::probe::detail
