// SPDX-License-Identifier: MIT
// Rows of stacked views, taken apart.
// infrastructure
#pragma once

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

}  // namespace MGKIT_NAMESPACE::pretext
