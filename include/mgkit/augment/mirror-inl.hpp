// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/mirror.hpp"

#include <cstddef>

#include "mgkit/augment/draws.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE mirror::plan mirror::draw(random_stream& stream, const clip_info& info) const {
    detail::check_setting(name, "probability", probability, 0, 1);
    if (probability > 0 && partners.size() != static_cast<std::size_t>(info.shape.joints))
        throw error("augment::mirror", text("clips of ", partners.size(), " joints"),
                    text(info.shape.joints, " joints"), "use mirror::of(topology of the clips)");
    return {stream.uniform() < probability};
}

}  // namespace MGKIT_NAMESPACE::augment
