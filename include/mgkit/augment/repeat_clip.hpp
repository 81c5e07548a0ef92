// SPDX-License-Identifier: MIT
// A run of frames shown twice, the whole then sampled down to its old length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/frame_span.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Repeats frames [s, s + d): y = x[0 .. s + d), x[s .. n), n + d frames, of which frame i of the
/// result shows y[floor(i (n + d) / n)]. s U{0 .. floor(latest n)}, d U{floor(shortest n) ..
/// floor(longest n)}, n the valid frames. The first frame stays; whole frames are taken, never
/// blended, so that sampling down leaves out the last one where d > 0.
///
/// Shapes and length stay. Two draws. One pass, shared with no other resampling.
/// Source: "repeat clip" of dual-stream micro-gesture learning (section 4.1.1), which calls the
/// bounds configurable and gives none, nor the way of sampling down: quarters, a half and the floor
/// are ours. Errors: shares outside [0, 1] or that let a run leave the clip; a plan beyond it.
struct repeat_clip {
    static constexpr std::string_view name = "repeat_clip";

    double latest = .25;    ///< last start, in valid lengths
    double shortest = .25;  ///< shortest run, in valid lengths
    double longest = .5;    ///< longest run, in valid lengths; at most 1 - latest

    using plan = frame_span;

    static repeat_clip none() { return {.latest = 0, .shortest = 0, .longest = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        const int n = work.length();
        detail::check_span(name, p, n);
        if (p.length == 0) return;
        const std::int64_t longer = std::int64_t{n} + p.length;
        const auto taps = work.retime(work.shape().frames, n);
        for (int i = 0; i < n; ++i) {
            const std::int64_t shown = i * longer / n;
            const auto source =
                static_cast<std::int32_t>(shown < p.start + p.length ? shown : shown - p.length);
            taps[static_cast<std::size_t>(i)] = {source, source, 0};
        }
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/repeat_clip-inl.hpp"
#endif
