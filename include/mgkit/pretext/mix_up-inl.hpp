// SPDX-License-Identifier: MIT
// Definitions of mix_up.hpp.
#pragma once

#include <algorithm>
#include <cmath>

#include "mgkit/core/error.hpp"
#include "mgkit/pretext/mix_up.hpp"

namespace MGKIT_NAMESPACE::pretext {

MGKIT_INLINE double symmetric_beta(random_stream& draws, double alpha) {
    if (!(alpha > 0 && std::isfinite(alpha)))
        throw error("mix-up", "an alpha above 0", text(alpha));
    const auto above_zero = [&draws] { return (draws.bits() + 1.0) * 0x1p-32; };
    if (alpha >= 1) {
        const double u = above_zero(), v = draws.uniform();
        const double radius = std::sqrt(1 - std::pow(u, 2 / (2 * alpha - 1)));
        return 0.5 * (1 + radius * std::cos(6.283185307179586476925 * v));
    }
    for (;;) {
        const double a = std::log(above_zero()) / alpha, b = std::log(above_zero()) / alpha;
        if (std::exp(a) + std::exp(b) > 1) continue;
        const double top = std::max(a, b);
        return std::exp(a - top) / (std::exp(a - top) + std::exp(b - top));
    }
}

MGKIT_INLINE void mix_weights(const context& ctx, const std::optional<row_window>& window,
                              const mix_up_settings& settings, std::span<double> weights) {
    const row_window part = rows_at_work("mix-up", ctx.rows.size(), window, weights.size());
    for (std::size_t r = 0; r < weights.size(); ++r) {
        if (r > 0 && !settings.by_row) {
            weights[r] = weights[0];
            continue;
        }
        random_stream draws = row_draws(ctx, part, r, name_hash("pretext::mix_up"));
        weights[r] = symmetric_beta(draws, settings.alpha);
    }
}

}  // namespace MGKIT_NAMESPACE::pretext
