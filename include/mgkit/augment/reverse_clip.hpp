// SPDX-License-Identifier: MIT
// A run of frames played backwards in its place.
#pragma once

#include <cstddef>
#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/frame_span.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Reverses frames [s, s + d) in place: frame i of the run shows frame 2 s + d - 1 - i; the rest
/// stays. s U{0 .. floor(latest n)}, d U{floor(shortest n) .. floor(longest n)}, n the valid
/// frames. The same plan twice gives the clip back.
///
/// Shapes and length stay. Two draws. One pass, shared with no other resampling.
/// Source: "reverse clip" of dual-stream micro-gesture learning (section 4.1.1), which gives no
/// bounds: those of `repeat_clip` are taken. Errors: shares outside [0, 1] or that let a run leave
/// the clip; a plan beyond it.
struct reverse_clip {
    static constexpr std::string_view name = "reverse_clip";

    double latest = .25;    ///< last start, in valid lengths
    double shortest = .25;  ///< shortest run, in valid lengths
    double longest = .5;    ///< longest run, in valid lengths; at most 1 - latest

    using plan = frame_span;

    static reverse_clip none() { return {.latest = 0, .shortest = 0, .longest = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        const int n = work.length();
        detail::check_span(name, p, n);
        if (p.length < 2) return;
        const auto taps = work.retime(work.shape().frames, n);
        for (int i = 0; i < n; ++i) {
            const bool inside = i >= p.start && i - p.start < p.length;
            const int source = inside ? p.start + (p.length - 1 - (i - p.start)) : i;
            taps[static_cast<std::size_t>(i)] = {source, source, 0};
        }
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/reverse_clip-inl.hpp"
#endif
