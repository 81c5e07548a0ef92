// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/gaussian_noise.hpp"

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE gaussian_noise::plan gaussian_noise::draw(random_stream& stream,
                                                       const clip_info&) const {
    detail::check_setting(name, "deviation", deviation, 0, 1e9);
    return {stream.fork("values").state()};
}

}  // namespace MGKIT_NAMESPACE::augment
