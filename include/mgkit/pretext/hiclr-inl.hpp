// SPDX-License-Identifier: MIT
// Definitions of hiclr.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "mgkit/core/row_scope.hpp"
#include "mgkit/pretext/hiclr.hpp"

namespace MGKIT_NAMESPACE::pretext {

MGKIT_INLINE void draw_shown_joints(const context& ctx, const std::optional<row_window>& window,
                                    extent rows, double ratio, extent frames,
                                    std::span<std::uint8_t> shown) {
    const row_window part =
        rows_at_work(hiclr_contrast::name, ctx.rows.size(), window, static_cast<std::size_t>(rows));
    random_stream draws = row_draws(ctx, part, 0, name_hash("pretext::hiclr"));
    const std::size_t joints = shown.size() / static_cast<std::size_t>(frames);
    const auto hidden = static_cast<std::size_t>(static_cast<double>(joints) * ratio);
    std::vector<std::size_t> order(joints);
    std::fill(shown.begin(), shown.end(), std::uint8_t(1));
    for (std::size_t t = 0; t < static_cast<std::size_t>(frames); ++t) {
        std::iota(order.begin(), order.end(), std::size_t(0));
        for (std::size_t i = 0; i < hidden; ++i) {
            std::swap(order[i], order[i + draws.below(static_cast<std::uint32_t>(joints - i))]);
            shown[t * joints + order[i]] = 0;
        }
    }
}

}  // namespace MGKIT_NAMESPACE::pretext
