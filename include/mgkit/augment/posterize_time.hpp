// SPDX-License-Identifier: MIT
// Pieces of the clip played faster or slower, in steps, between ends that stay.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// The first and the last e = max(1, floor(edge n)) of n valid frames stay; the m = n - 2 e between
/// them are cut at k - 1 random places into k source pieces, b_0 = e < b_1 < ... < b_k = n - e, and
/// shown in k target pieces of equal length, d_j = e + floor(j m / k): frame i of piece j shows
/// b_j + floor((i - d_j) (b_j+1 - b_j) / (d_j+1 - d_j)). Whole frames in their order, never
/// blended; short pieces repeat frames, long ones leave some out. Where m < k, as many pieces as
/// frames.
///
/// Shapes and length stay; clips of up to five frames stay as they are under the defaults. Two
/// draws. One pass, shared with no other resampling.
/// Source: "posterize time" of dual-stream micro-gesture learning (section 4.1.1), told in words
/// only ("several clips ... at different interval frequencies"): edges of a tenth, three pieces,
/// equal targets and cuts apart from one another are ours. Errors: settings outside their ranges; a
/// plan whose boundaries fall or leave the clip.
struct posterize_time {
    static constexpr std::string_view name = "posterize_time";
    static constexpr int most_pieces = 16;

    double edge = .1;  ///< kept at each end, in valid lengths; one frame at least
    int pieces = 3;    ///< between the ends, 1 to 16; 1 changes nothing

    struct plan {
        int pieces = 0;                                 ///< 0: nothing changes
        std::array<int, most_pieces + 1> boundaries{};  ///< b_0 .. b_k
        friend bool operator==(const plan&, const plan&) = default;
    };

    static posterize_time none() { return {.pieces = 1}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        const int n = work.length();
        check(p, n);
        if (p.pieces < 2) return;
        const auto k = static_cast<std::size_t>(p.pieces);
        const int begin = p.boundaries[0], end = p.boundaries[k];
        const auto target = [&](std::size_t j) {
            return begin +
                   static_cast<int>(static_cast<std::int64_t>(j) * (end - begin) / p.pieces);
        };
        const auto taps = work.retime(work.shape().frames, n);
        std::size_t piece = 0;
        for (int i = 0; i < n; ++i) {
            int source = i;
            if (i >= begin && i < end) {
                while (i >= target(piece + 1)) ++piece;
                const int from = p.boundaries[piece], to = target(piece);
                const std::int64_t span = p.boundaries[piece + 1] - from;
                source = from + static_cast<int>((i - to) * span / (target(piece + 1) - to));
            }
            taps[static_cast<std::size_t>(i)] = {source, source, 0};
        }
    }

private:
    static void check(const plan& p, int frames);
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/posterize_time-inl.hpp"
#endif
