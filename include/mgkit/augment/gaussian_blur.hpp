// SPDX-License-Identifier: MIT
// Movement smoothed over time.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "mgkit/augment/concept.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Gaussian blur over time: each coordinate becomes the sum of those of the frames around it,
/// weighted by exp(-d^2 / (2 sigma^2)) for frames d apart, sigma U[low, high) in frames. Frames
/// beyond the clip and frames in which the joint is invalid count as 0; confidences stay.
///
/// As published the weights are not normalised, so that a wide kernel also makes the body larger,
/// up to sqrt(2 pi) sigma times. With `normalised` the weights of the frames that are there sum to
/// one: a joint that rests stays where it is, up to the ends.
/// Shapes stay. One draw. Two passes and `taps` products per coordinate.
/// Source: AimCLR and AS-CAL. Errors: settings outside their ranges.
struct gaussian_blur {
    static constexpr std::string_view name = "gaussian_blur";
    static constexpr int most_taps = 63;

    double low = .1, high = 2;  ///< frames; 0 leaves the clip as it is
    int taps = 15;              ///< frames that count; an odd number, at most 63
    bool normalised = false;    ///< weights sum to one

    struct plan {
        double sigma = 0;
        friend bool operator==(const plan&, const plan&) = default;
    };

    static gaussian_blur none() { return {.low = 0, .high = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        check();
        if (!(p.sigma > 0)) return;
        std::array<S, most_taps / 2 + 1> weights{};
        for (int d = 0; d <= taps / 2; ++d)
            weights[static_cast<std::size_t>(d)] =
                static_cast<S>(std::exp(-.5 * (d / p.sigma) * (d / p.sigma)));
        const auto clip = work.current();
        const auto points = static_cast<std::size_t>(clip.shape.points());
        for (int c = 0; c < skeleton::coordinates(clip.shape.layout); ++c)
            for (std::size_t begin = 0; begin < points; begin += block) {
                const std::size_t count = std::min(block, points - begin);
                if (count == block)
                    blur(clip, c, begin, weights.data(),
                         std::integral_constant<std::size_t, block>{});
                else
                    blur(clip, c, begin, weights.data(), count);
            }
    }

private:
    static constexpr std::size_t block = 16;

    void check() const;

    /// Points [begin, begin + count) of channel c. Of the frames behind, the values before the blur
    /// are kept: frame t at t % (taps / 2 + 1). A count known to the compiler stays in registers.
    template <class S, class Count>
    void blur(const skeleton::pose_view<S>& clip, int c, std::size_t begin, const S* weights,
              Count values_of_row) const {
        const std::size_t count = values_of_row;
        const int radius = taps / 2;
        const S* const sure = clip.confidence();
        const auto width = static_cast<std::size_t>(clip.shape.points());
        S kept[most_taps / 2 + 1][block];
        int newest = -1;
        for (int t = 0; t < clip.length; ++t) {
            S* const row = clip.row(c, t) + begin;
            newest = newest < radius ? newest + 1 : 0;
            std::copy_n(row, count, kept[newest]);
            S sum[block] = {}, share[block] = {};
            for (int d = -std::min(radius, t); d <= std::min(radius, clip.length - 1 - t); ++d) {
                const int from = t + d;
                const S weight = weights[d < 0 ? -d : d];
                const int slot = newest + d < 0 ? newest + d + radius + 1 : newest + d;
                const S* const values = d <= 0 ? kept[slot] : clip.row(c, from) + begin;
                for (std::size_t i = 0; i < count; ++i) sum[i] += weight * values[i];
                if (normalised) {
                    const S* const there =
                        sure ? sure + static_cast<std::size_t>(from) * width + begin : nullptr;
                    for (std::size_t i = 0; i < count; ++i)
                        share[i] += !there || there[i] > S(0) ? weight : S(0);
                }
            }
            const S* const now =
                sure ? sure + static_cast<std::size_t>(t) * width + begin : nullptr;
            for (std::size_t i = 0; i < count; ++i)
                if (!now || now[i] > S(0)) row[i] = normalised ? sum[i] / share[i] : sum[i];
        }
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/gaussian_blur-inl.hpp"
#endif
