// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/shear.hpp"

#include <cstddef>

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE shear::plan shear::draw(random_stream& stream, const clip_info& info) const {
    detail::check_setting(name, "strength", strength, 0, 100);
    const auto d = static_cast<std::size_t>(skeleton::coordinates(info.shape.layout));
    plan p;
    for (std::size_t r = 0; r < d; ++r)
        for (std::size_t c = 0; c < d; ++c)
            if (r != c) p.matrix[r][c] = draw_within(stream, strength);
    return p;
}

}  // namespace MGKIT_NAMESPACE::augment
