// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/stretch.hpp"

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE stretch::plan stretch::draw(random_stream& stream, const clip_info& info) const {
    detail::check_setting(name, "shape_share", shape_share, 0, 1);
    detail::check_setting(name, "scaling", scaling, 0, 100);
    detail::check_setting(name, "tilt", tilt, 0, 100);
    const auto d = static_cast<std::size_t>(skeleton::coordinates(info.shape.layout));
    const bool shape = stream.uniform() < shape_share;
    plan p;
    for (std::size_t r = 0; r < d; ++r)
        for (std::size_t c = 0; c < d; ++c) {
            if (shape && r == c) p.matrix[r][c] = draw_between(stream, 1, 1 + scaling);
            if (!shape && r != c) p.matrix[r][c] = draw_within(stream, tilt);
        }
    return p;
}

}  // namespace MGKIT_NAMESPACE::augment
