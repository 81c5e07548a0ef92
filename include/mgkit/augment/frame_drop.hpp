// SPDX-License-Identifier: MIT
// Frames the camera or the tracker lost.
#pragma once

#include <cstddef>
#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/index_set.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Drops frames and fills the gaps. The number dropped is uniform in {0 .. floor(fraction n)},
/// which frames is uniform too; first and last frame stay. A gap is filled by linear interpolation
/// between the frames around it (confidence: their minimum), or with `hold` by repeating the frame
/// before it, as a tracker that waits does.
///
/// Shapes and length stay. 1 draw and one per dropped frame. One pass.
/// Source: named without parameters for MG-FM-Skele (iMiGUE-3K); the form and fraction .2 are ours.
/// Errors: fraction outside [0, 1].
struct frame_drop {
    static constexpr std::string_view name = "frame_drop";

    double fraction = .2;  ///< of the valid frames, at most
    bool hold = false;     ///< repeat instead of interpolating

    struct plan {
        index_set dropped;
        friend bool operator==(const plan&, const plan&) = default;
    };

    static frame_drop none() { return {.fraction = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        const int n = work.length();
        const auto taps = work.retime(work.shape().frames, n);
        const auto kept = [&](int t) { return t == 0 || t == n - 1 || !p.dropped.contains(t); };
        for (int t = 0, before = 0, after = 0; t < n; ++t) {
            if (kept(t)) before = after = t;
            while (after < t || !kept(after)) ++after;
            const bool gap = before < t && !hold;
            taps[static_cast<std::size_t>(t)] = {
                before, gap ? after : before,
                gap ? static_cast<double>(t - before) / (after - before) : 0.};
        }
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/frame_drop-inl.hpp"
#endif
