// SPDX-License-Identifier: MIT
// A run of frames within a clip, drawn by bounds that are shares of its length.
// infrastructure: what plans hold
#pragma once

#include <string_view>

#include "mgkit/core/compiler.hpp"
#include "mgkit/core/random.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Frames [start, start + length).
struct frame_span {
    int start = 0, length = 0;
    friend bool operator==(const frame_span&, const frame_span&) = default;
};

namespace detail {

/// Bounds of a span in shares of the clip; the span ends within the clip whatever is drawn.
struct span_bounds {
    double latest, shortest, longest;
};

/// start U{0 .. floor(latest n)}, length U{floor(shortest n) .. floor(longest n)} of n frames. Two
/// draws. Errors: shares outside [0, 1], shortest above longest, latest + longest above 1.
frame_span draw_span(random_stream& stream, std::string_view stage, const span_bounds& bounds,
                     int frames);

/// Refuses a span that is not within `frames` frames.
void check_span(std::string_view stage, const frame_span& span, int frames);

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/frame_span-inl.hpp"
#endif
