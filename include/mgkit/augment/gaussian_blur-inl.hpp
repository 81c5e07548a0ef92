// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/gaussian_blur.hpp"

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE gaussian_blur::plan gaussian_blur::draw(random_stream& stream,
                                                     const clip_info&) const {
    check();
    return {draw_between(stream, low, high)};
}

MGKIT_INLINE void gaussian_blur::check() const {
    detail::check_setting(name, "high", high, 0, 1e9);
    detail::check_setting(name, "low", low, 0, high);
    detail::check_setting(name, "taps", taps, 1, most_taps);
    detail::check_setting(name, "taps / 2 rounded up", taps % 2, 1, 1);
}

}  // namespace MGKIT_NAMESPACE::augment
