// SPDX-License-Identifier: MIT
// Rows of stacked views, taken apart.
// infrastructure
#pragma once

#include <cstddef>

#include "mgkit/core/row_scope.hpp"
#include "mgkit/loss/decorrelation.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// K views [B, ...] of [K * B, ...], view first; K divides the rows.
template <operand X>
loss::views_of_batch<X> by_view(context& ctx, const X& stacked, int views) {
    const extent rows = shape_of(stacked)[0] / views;
    loss::views_of_batch<X> out;
    for (int k = 0; k < views; ++k) out.push_back(slice(ctx, stacked, 0, k * rows, rows));
    return out;
}

/// `pass()` on one view of a batch, `clips` [B, ...]: random layers draw for its rows.
template <operand X, class F>
auto by_rows_of_view(context& ctx, const X& clips, int view, F&& pass) {
    const auto rows = static_cast<std::size_t>(shape_of(clips)[0]);
    const row_scope part(ctx, static_cast<std::size_t>(view) * rows, rows);
    return pass();
}

}  // namespace MGKIT_NAMESPACE::pretext
