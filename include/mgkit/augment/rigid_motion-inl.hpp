// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/rigid_motion.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE rigid_motion::plan rigid_motion::draw(random_stream& stream,
                                                   const clip_info& info) const {
    detail::check_setting(name, "rotation", rotation, 0, 3.1415926535897936);
    detail::check_setting(name, "scaling", scaling, 0, 1);
    detail::check_setting(name, "translation", translation, 0, 1e9);
    plan p;
    p.angle = draw_within(stream, rotation);
    p.stretch = draw_within(stream, scaling);
    const auto d = static_cast<std::size_t>(skeleton::coordinates(info.shape.layout));
    for (std::size_t c = 0; c < d; ++c) p.shift[c] = draw_within(stream, translation);
    return p;
}

}  // namespace MGKIT_NAMESPACE::augment
