// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/skeleton/convert.hpp"

namespace MGKIT_NAMESPACE::skeleton::detail {

MGKIT_INLINE channel_layout converted_layout(std::span<const joint_pair> sources,
                                             channel_layout in) {
    for (const joint_pair source : sources)
        if (source.first < 0 && !has_confidence(in))
            return in == channel_layout::xy ? channel_layout::xyc : channel_layout::xyzc;
    return in;
}

}  // namespace MGKIT_NAMESPACE::skeleton::detail
