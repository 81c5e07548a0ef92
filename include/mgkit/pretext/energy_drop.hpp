// SPDX-License-Identifier: MIT
// Features without what stands out in them.
// infrastructure: a step of a method
#pragma once

#include "mgkit/tensor/ops/layers.hpp"
#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Sets to 0 what an energy function finds most telling: maps [B, T, V, C] -> the same extents.
///
/// The attention of a value is the logistic function of (x - m)^2 / (4 (s + 1e-4)) + 1/2, m the
/// mean of its row and channel over frames and joints, s the sum of squared distances from m over T
/// V - 1. First joints whose mean attention is not below `keep` go, for all frames and channels of
/// a row, then single values whose own is not; after each, what is left grows by the share that is
/// gone of the whole batch. No gradient goes through the choice. No randomness. Where nothing would
/// be left, all is 0. Errors: maps of another rank, a single value for a channel. Cost: about
/// twelve passes over the map. Source: Guo et al., AAAI 2022 (AimCLR, att_drop.py, for any number
/// of joints).
template <operand X>
X energy_drop(context& ctx, const X& map, double keep) {
    using T = tensor_of<X>;
    const shape in = shape_of(map);
    if (in.rank() != 4 || in[1] * in[2] < 2)
        throw error("pretext::energy_drop", "maps [B, T, V, C] of two values or more for a channel",
                    in.str());
    const extent cells = in[1] * in[2];
    const T x = value_of(detach(map));
    const T rows = mgkit::reshape(ctx, x, {in[0], cells, in[3]});
    const T away = mgkit::square(ctx, mgkit::sub(ctx, rows, mgkit::mean(ctx, rows, {1}, true)));
    const T spread = mgkit::affine(ctx, mgkit::sum(ctx, away, {1}, true),
                                   4.0 / static_cast<double>(cells - 1), 4e-4);
    const T inverse = mgkit::square(ctx, mgkit::rsqrt(ctx, spread));
    const T attention =
        mgkit::sigmoid(ctx, mgkit::affine(ctx, mgkit::mul(ctx, away, inverse), 1, 0.5));
    const T by_joint = mgkit::mean(ctx, mgkit::reshape(ctx, attention, in), {1, 3}, true);
    const auto kept = [&](const T& of) {
        const T mask = mgkit::greater(ctx, mgkit::constant<T>(ctx, {1, 1, 1, 1}, keep), of);
        const double count = static_cast<double>(shape_of(of).elements());
        // Divides by one where nothing is left.
        const T left = mgkit::sum(ctx, mask);
        const T share = mgkit::square(
            ctx,
            mgkit::rsqrt(
                ctx, mgkit::select(ctx, mgkit::greater(ctx, left, mgkit::constant<T>(ctx, {}, 0)),
                                   left, mgkit::constant<T>(ctx, {}, 1))));
        return mgkit::mul(ctx, mask,
                          mgkit::reshape(ctx, mgkit::affine(ctx, share, count), {1, 1, 1, 1}));
    };
    return mul(ctx, mul(ctx, map, X{kept(by_joint)}), X{kept(mgkit::reshape(ctx, attention, in))});
}

}  // namespace MGKIT_NAMESPACE::pretext
