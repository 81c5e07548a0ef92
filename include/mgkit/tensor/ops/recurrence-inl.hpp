// SPDX-License-Identifier: MIT
// Definitions of recurrence.hpp.
#pragma once

#include "mgkit/tensor/ops/recurrence.hpp"

namespace MGKIT_NAMESPACE::detail {

MGKIT_INLINE void check_recurrence(const char* where, const recurrence& how, const shape& gates,
                                   const shape& weight, const shape& start, extent parts,
                                   extent states) {
    const extent units = weight.rank() == 2 ? weight[1] : 0;
    const extent width = units * parts;
    const bool whole = width > 0 && weight[0] > 0 && weight[0] % width == 0;
    const extent directions = whole ? weight[0] / width : 0;
    if (!whole || gates.rank() != 3 || gates[1] == 0 || gates[2] != weight[0] ||
        start != shape{gates[0], states * directions * units})
        throw error(
            where,
            text("gates [N, T, ", parts, " D H] with frames, weight [", parts,
                 " D H, H] and start [N, ", states == 1 ? "" : "2 ", "D H]"),
            text("gates ", gates.str(), ", weight ", weight.str(), ", start ", start.str()));
    if (how.lengths.elements() == 0) return;
    if (how.lengths.extents() != shape{gates[0]})
        throw error(where, text("a length for each of ", gates[0], " rows"),
                    text("lengths ", how.lengths.extents().str()));
    if (!how.lengths.limits())
        throw error(where, text("lengths known to lie from 1 to ", gates[1]),
                    "some whose limits are not known", "state them with within(1, frames)");
    const auto [least, most] = *how.lengths.limits();
    if (least < 1 || most > gates[1])
        throw error(where, text("lengths from 1 to ", gates[1]),
                    text("lengths from ", least, " to ", most));
}

}  // namespace MGKIT_NAMESPACE::detail
