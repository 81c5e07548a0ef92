// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/time_reversal.hpp"

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE time_reversal::plan time_reversal::draw(random_stream& stream,
                                                     const clip_info&) const {
    detail::check_setting(name, "probability", probability, 0, 1);
    return {stream.uniform() < probability};
}

}  // namespace MGKIT_NAMESPACE::augment
