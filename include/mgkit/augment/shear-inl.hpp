// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/shear.hpp"

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE shear::plan shear::draw(random_stream& stream, const clip_info& info) const {
    detail::check_setting(name, "strength", strength, 0, 100);
    const int dimension = skeleton::coordinates(info.shape.layout);
    plan p;
    for (int r = 0; r < dimension; ++r)
        for (int c = 0; c < dimension; ++c)
            if (r != c) p.matrix[r][c] = draw_within(stream, strength);
    return p;
}

}  // namespace MGKIT_NAMESPACE::augment
