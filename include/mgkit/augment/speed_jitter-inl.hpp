// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/speed_jitter.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE speed_jitter::plan speed_jitter::draw(random_stream& stream, const clip_info&) const {
    detail::check_setting(name, "strength", strength, 0, .999);
    plan p;
    for (double& a : p.bend) a = draw_within(stream, strength / 2);
    return p;
}

}  // namespace MGKIT_NAMESPACE::augment
