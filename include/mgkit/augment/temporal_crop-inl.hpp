// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/temporal_crop.hpp"

#include <cstdint>

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE temporal_crop::plan temporal_crop::draw(random_stream& stream,
                                                     const clip_info& info) const {
    detail::check_setting(name, "padding_ratio", padding_ratio, 0, 1 << 30);
    const int padding = padding_ratio > 0 ? info.length / padding_ratio : 0;
    const auto places = 2 * static_cast<std::uint32_t>(padding) + 1;
    return {padding, static_cast<int>(stream.below(places))};
}

}  // namespace MGKIT_NAMESPACE::augment
