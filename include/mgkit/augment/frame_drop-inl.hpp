// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/frame_drop.hpp"

#include <algorithm>
#include <cstdint>

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE frame_drop::plan frame_drop::draw(random_stream& stream, const clip_info& info) const {
    detail::check_setting(name, "fraction", fraction, 0, 1);
    const int inner = std::max(info.length - 2, 0);
    const int most = std::min(static_cast<int>(fraction * info.length), inner);
    const int count = static_cast<int>(stream.below(static_cast<std::uint32_t>(most) + 1));
    return {draw_subset(stream, 1, inner, count)};
}

}  // namespace MGKIT_NAMESPACE::augment
