// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/reverse_clip.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE reverse_clip::plan reverse_clip::draw(random_stream& stream,
                                                   const clip_info& info) const {
    return detail::draw_span(stream, name, {latest, shortest, longest}, info.length);
}

}  // namespace MGKIT_NAMESPACE::augment
