// SPDX-License-Identifier: MIT
// How work is cut: launch sizes, walks through broadcast and permuted axes, pieces of reductions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mgkit/backend/cuda/function.hpp"
#include "mgkit/tensor/shape.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// Threads of a block in elementwise kernels.
inline constexpr int element_threads = 256;
/// More blocks than this are not started: each thread then takes several elements or rows.
inline constexpr extent most_blocks = 1 << 16;

constexpr extent pieces_of(extent count, extent size) {
    return count / size + (count % size != 0 ? 1 : 0);
}

/// Blocks for `count` elements, one or more.
constexpr unsigned element_blocks(extent count) {
    const extent blocks = pieces_of(count, element_threads);
    return static_cast<unsigned>(blocks < 1 ? 1 : blocks > most_blocks ? most_blocks : blocks);
}
constexpr unsigned row_blocks(extent rows) {
    return static_cast<unsigned>(rows < 1 ? 1 : rows > most_blocks ? most_blocks : rows);
}

/// Threads that share a row of `width` elements: whole warps, by the width alone.
constexpr int row_threads(extent width) {
    return width <= 128 ? 32 : width <= 512 ? 64 : width <= 2048 ? 128 : 256;
}

/// Rows that one thread adds up in a sum over rows; by the number of rows alone.
constexpr extent column_piece(extent rows) {
    const extent even = pieces_of(rows, 128);
    return even < 32 ? 32 : even;
}
/// Elements that one block adds up in a sum along a row; by the width alone.
inline constexpr extent row_piece = 16384;

/// rest / by, and its remainder; in 32 bits where both fit, which devices divide far faster.
MGKIT_HOST_DEVICE inline extent split(extent& rest, extent by) {
    if (((rest | by) >> 31) == 0) {
        const auto small = static_cast<std::uint32_t>(rest),
                   divisor = static_cast<std::uint32_t>(by);
        const std::uint32_t quotient = small / divisor;
        rest = quotient;
        return small - quotient * divisor;
    }
    const extent quotient = rest / by, remainder = rest - quotient * by;
    rest = quotient;
    return remainder;
}

/// A row-major walk through axes, with the step of each operand per axis; plain data for kernels.
template <int Operands>
struct walk {
    int rank = 0;
    extent extents[shape::max_rank] = {};
    extent steps[Operands][shape::max_rank] = {};

    /// Offsets of element `flat` in each operand.
    MGKIT_HOST_DEVICE void locate(extent flat, extent (&at)[Operands]) const {
        for (int o = 0; o < Operands; ++o) at[o] = 0;
        for (int axis = rank - 1; axis > 0; --axis) {
            const extent i = split(flat, extents[axis]);
            for (int o = 0; o < Operands; ++o) at[o] += i * steps[o][axis];
        }
        if (rank > 0)
            for (int o = 0; o < Operands; ++o) at[o] += flat * steps[o][0];
    }

    /// Appends an inner axis; leaves out extent 1, joins axes that lie in line for every operand.
    void append(extent count, const std::array<extent, Operands>& by) {
        if (count == 1) return;
        bool in_line = rank > 0;
        for (int o = 0; in_line && o < Operands; ++o)
            in_line = steps[o][rank - 1] == by[static_cast<std::size_t>(o)] * count;
        const int axis = in_line ? rank - 1 : rank++;
        extents[axis] = in_line ? extents[axis] * count : count;
        for (int o = 0; o < Operands; ++o) steps[o][axis] = by[static_cast<std::size_t>(o)];
    }
};

/// Step of an operand along axis `axis` of a broadcast result: 0 where it repeats.
inline extent broadcast_step(const shape& in, const shape& out, int axis) {
    const int own = axis - (out.rank() - in.rank());
    return own < 0 || in[own] == 1 ? 0 : in.after(own);
}

inline walk<2> broadcast_walk(const shape& a, const shape& b, const shape& out) {
    walk<2> w;
    for (int axis = 0; axis < out.rank(); ++axis)
        w.append(out[axis], {broadcast_step(a, out, axis), broadcast_step(b, out, axis)});
    return w;
}

/// Output axis i is input axis order[i].
inline walk<1> permuted_walk(const shape& in, const std::array<int, shape::max_rank>& order) {
    walk<1> w;
    for (int i = 0; i < in.rank(); ++i) {
        const int axis = order[static_cast<std::size_t>(i)];
        w.append(in[axis], {in.after(axis)});
    }
    return w;
}

/// A run of neighbouring axes that are reduced together: [outer, count, inner].
struct reduced_run {
    extent outer = 1, count = 1, inner = 1;
};

/// The next run of set bits at or after `axis`, which moves past it; extents of the run become 1 in
/// `extents`. False when none is left.
inline bool next_run(shape& extents, unsigned axes, int& axis, reduced_run& run) {
    while (axis < extents.rank() && !(axes >> axis & 1u)) ++axis;
    if (axis == extents.rank()) return false;
    run = {extents.before(axis), 1, 1};
    for (; axis < extents.rank() && (axes >> axis & 1u); ++axis) {
        run.count *= extents[axis];
        extents[axis] = 1;
    }
    run.inner = extents.after(axis - 1);
    return true;
}

}  // namespace MGKIT_NAMESPACE::cuda
