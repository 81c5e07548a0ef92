// SPDX-License-Identifier: MIT
// The clip moved in time, its ends mirrored where they are missing.
#pragma once

#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Temporal crop: the n valid frames get floor(n / padding_ratio) frames before and behind them,
/// the clip reflected at its ends (the end frame comes twice), and n frames of that are kept, start
/// uniform over all places. Clips of fewer frames than `padding_ratio` stay as they are.
///
/// Shapes and length stay. One draw. One pass.
/// Source: SkeletonCLR and AimCLR, a sixth of the clip. Errors: a negative setting; a plan beyond
/// the clip.
struct temporal_crop {
    static constexpr std::string_view name = "temporal_crop";

    int padding_ratio = 6;  ///< frames of the clip per frame of padding; 0: no padding

    struct plan {
        int padding = 0, start = 0;  ///< start = padding leaves the clip as it is
        friend bool operator==(const plan&, const plan&) = default;
    };

    static temporal_crop none() { return {.padding_ratio = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        const int n = work.length();
        if (p.padding < 0 || p.padding > n || p.start < 0 || p.start > 2 * p.padding)
            throw error("augment::temporal_crop", text("a start within a clip of ", n, " frames"),
                        text("start ", p.start, " after ", p.padding, " frames of padding"),
                        "draw the plan for this clip");
        int frame = p.start - p.padding;
        for (frame_tap& tap : work.retime(work.shape().frames, n)) {
            const int from = frame < 0 ? -1 - frame : frame < n ? frame : 2 * n - 1 - frame;
            tap = {from, from, 0};
            ++frame;
        }
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/temporal_crop-inl.hpp"
#endif
