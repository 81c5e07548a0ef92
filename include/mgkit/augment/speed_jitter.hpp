// SPDX-License-Identifier: MIT
// The same movement, faster here and slower there.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Smooth monotone time warp: with s = t / (n - 1) frame t shows time
/// s + a1 sin(pi s) / pi + a2 sin(2 pi s) / (2 pi), a1 and a2 U[-strength/2, strength/2), by linear
/// interpolation between frames. Local speed is 1 + a1 cos(pi s) + a2 cos(2 pi s), hence between
/// 1 - strength and 1 + strength; order of events, first and last frame and length stay.
///
/// Shapes stay. Two draws. One pass, shared with no other resampling.
/// Source: named without parameters for MG-FM-Skele (iMiGUE-3K); the form and strength .5 are ours.
/// A change of the overall rate is what `crop_resize` does. Errors: strength outside [0, 1), a plan
/// that would turn time back.
struct speed_jitter {
    static constexpr std::string_view name = "speed_jitter";

    double strength = .5;  ///< largest relative change of speed, below 1

    struct plan {
        std::array<double, 2> bend{};  ///< a1, a2
        friend bool operator==(const plan&, const plan&) = default;
    };

    static speed_jitter none() { return {.strength = 0}; }

    plan draw(random_stream& stream, const clip_info&) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        for (const double a : p.bend) detail::check_setting(name, "bend of the plan", a, -.5, .5);
        constexpr double pi = 3.14159265358979323846;
        const int last = work.length() - 1;
        const auto taps = work.retime(work.shape().frames, work.length());
        for (int t = 0; t <= last; ++t) {
            const double s = last > 0 ? static_cast<double>(t) / last : 0;
            const double ahead =
                p.bend[0] * std::sin(pi * s) / pi + p.bend[1] * std::sin(2 * pi * s) / (2 * pi);
            const double source = std::clamp(t + last * ahead, 0., static_cast<double>(last));
            const int below = static_cast<int>(source);
            taps[static_cast<std::size_t>(t)] = {below, std::min(below + 1, last), source - below};
        }
        // sin(pi) is not 0 in floating point: the ends are exact by rule.
        taps.front() = {0, 0, 0};
        taps.back() = {last, last, 0};
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/speed_jitter-inl.hpp"
#endif
