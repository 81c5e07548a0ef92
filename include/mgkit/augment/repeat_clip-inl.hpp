// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/repeat_clip.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE repeat_clip::plan repeat_clip::draw(random_stream& stream,
                                                 const clip_info& info) const {
    return detail::draw_span(stream, name, {latest, shortest, longest}, info.length);
}

}  // namespace MGKIT_NAMESPACE::augment
