// SPDX-License-Identifier: MIT
// The clip played backwards.
#pragma once

#include <string_view>

#include "mgkit/augment/concept.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Reverses the order of the valid frames with probability `probability`.
///
/// Shapes and length stay. One draw. One pass.
/// Source: AimCLR ("time flip") and AS-CAL, whose "RandomHorizontalFlip" is this.
/// Errors: a probability outside [0, 1].
struct time_reversal {
    static constexpr std::string_view name = "time_reversal";

    double probability = .5;

    struct plan {
        bool reversed = false;
        friend bool operator==(const plan&, const plan&) = default;
    };

    static time_reversal none() { return {.probability = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        if (!p.reversed) return;
        int from = work.length();
        for (frame_tap& tap : work.retime(work.shape().frames, from)) {
            --from;
            tap = {from, from, 0};
        }
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/time_reversal-inl.hpp"
#endif
