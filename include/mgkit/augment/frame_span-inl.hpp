// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/frame_span.hpp"

#include <cstdint>

#include "mgkit/augment/draws.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment::detail {

MGKIT_INLINE frame_span draw_span(random_stream& stream, std::string_view stage,
                                  const span_bounds& bounds, int frames) {
    check_setting(stage, "latest", bounds.latest, 0, 1);
    check_setting(stage, "shortest", bounds.shortest, 0, 1);
    check_setting(stage, "longest", bounds.longest, bounds.shortest, 1 - bounds.latest);
    const auto share = [&](double of) { return static_cast<std::uint32_t>(of * frames); };
    const std::uint32_t least = share(bounds.shortest);
    frame_span span;
    span.start = static_cast<int>(stream.below(share(bounds.latest) + 1));
    span.length = static_cast<int>(least + stream.below(share(bounds.longest) - least + 1));
    return span;
}

MGKIT_INLINE void check_span(std::string_view stage, const frame_span& span, int frames) {
    if (span.start < 0 || span.length < 0 || span.length > frames - span.start)
        throw error(text("augment::", stage), text("a run within ", frames, " frames"),
                    text(span.length, " frames from ", span.start), "draw the plan for this clip");
}

}  // namespace MGKIT_NAMESPACE::augment::detail
