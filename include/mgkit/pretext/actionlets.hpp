// SPDX-License-Identifier: MIT
// What ActCLR makes of clips: bodies exchanged, and parts of other clips pasted or blended in.
// infrastructure: steps of a method
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/pretext/skelemixclr.hpp"
#include "mgkit/tensor/ops/parts.hpp"

namespace MGKIT_NAMESPACE::pretext {

namespace detail {

/// 1 / root(sum of squares over channels + 1e-5): [B, C, ...] -> [B, 1, ...], and the root itself.
template <operand X>
struct bone_lengths {
    X length, inverse;
};
template <operand X>
bone_lengths<X> lengths_of(context& ctx, const X& bones) {
    const X squared = affine(ctx, mgkit::sum(ctx, square(ctx, bones), {1}, true), 1, 1e-5);
    const X inverse = rsqrt(ctx, squared);
    return {mul(ctx, squared, inverse), inverse};
}

}  // namespace detail

/// Bones [B, C, T, V, M] in their own directions with the lengths of their donors', frame by frame:
/// `donors` [B]. Cost: about eight passes. Source of all here: Lin et al., CVPR 2023 (ActCLR), code
/// at 7c63e60.
template <operand X>
X with_lengths_of(context& ctx, const X& bones, const index_tensor& donors) {
    const auto [length, inverse] = detail::lengths_of(ctx, bones);
    return mul(ctx, bones, mul(ctx, inverse, gather(ctx, length, 0, donors)));
}

/// The same of joints [B, C, T, V, M]: the root stays, every other joint stands where its bone from
/// `parents` [V] leads with the donor's length. Errors: parents that do not fit or lead nowhere.
/// Cost: that of bones, and one pass for each bone in a row.
template <operand X>
X with_bones_of(context& ctx, const X& joints, const index_tensor& donors,
                std::span<const int> parents) {
    const shape in = shape_of(joints);
    const auto count = static_cast<extent>(parents.size());
    if (in.rank() != 5 || count != in[3])
        throw error("pretext::with_bones_of", "a parent for each joint of clips [B, C, T, V, M]",
                    text(count, " parents, ", in.str()));
    const auto copy = [](std::span<std::int32_t> to, std::span<const int> from) {
        for (std::size_t v = 0; v < to.size(); ++v) to[v] = from[v];
    };
    const index_tensor above = step_integers<tensor_of<X>, std::int32_t>(
        ctx, {count}, {0, static_cast<std::int32_t>(count - 1)}, copy, parents);
    const X turned = with_lengths_of(ctx, sub(ctx, joints, gather(ctx, joints, 3, above)), donors);
    std::vector<X> placed(parents.size(), X{});
    std::vector<bool> known(parents.size(), false);
    const auto joint = [&](const X& of, std::size_t v) {
        return slice(ctx, of, 3, static_cast<extent>(v), 1);
    };
    for (std::size_t left = parents.size(); left > 0;) {
        const std::size_t before = left;
        for (std::size_t v = 0; v < parents.size(); ++v) {
            const auto p = static_cast<std::size_t>(parents[v]);
            if (known[v] || (p != v && !known[p])) continue;
            placed[v] = p == v ? joint(joints, v) : add(ctx, placed[p], joint(turned, v));
            known[v] = true;
            --left;
        }
        if (left == before)
            throw error("pretext::with_bones_of", "parents that lead to a root",
                        text(left, " joints that have none"));
    }
    return concat(ctx, 3, std::span<const X>(placed));
}

/// Motion [B, C, T, V, M] in the manner of the donors': minus its mean over joints, over its
/// deviation in time (divisor T - 1) + 1e-3, then the donors' two. Errors: fewer than two frames.
/// Cost: about ten passes.
template <operand X>
X with_motion_of(context& ctx, const X& motion, const index_tensor& donors) {
    const shape in = shape_of(motion);
    if (in.rank() != 5 || in[2] < 2)
        throw error("pretext::with_motion_of", "motion [B, C, T, V, M] of two frames or more",
                    in.str());
    const X centre = mgkit::mean(ctx, motion, {3}, true);
    const X away = sub(ctx, motion, mgkit::mean(ctx, motion, {2}, true));
    const X variance = affine(ctx, mgkit::sum(ctx, square(ctx, away), {2}, true),
                              1 / static_cast<double>(in[2] - 1), 1e-30);
    const X deviation = mul(ctx, variance, rsqrt(ctx, variance));
    const X inverse = square(ctx, rsqrt(ctx, affine(ctx, deviation, 1, 1e-3)));
    const X unit = mul(ctx, sub(ctx, motion, centre), inverse);
    return add(ctx, mul(ctx, unit, gather(ctx, deviation, 0, donors)),
               gather(ctx, centre, 0, donors));
}

/// As `pasted`, but faster: frames `first` to `first + count` of the paste show the donor's first
/// 2 count frames, or all it has, the nearest one before each place. The paste's mask says which
/// joints; frames count in those of its map. Errors: frames beyond it.
template <operand X>
X pasted_faster(context& ctx, const X& clips, const paste<tensor_of<X>>& with, extent first,
                extent count) {
    const shape in = shape_of(clips);
    const extent cells = shape_of(with.inside)[0];
    if (first < 0 || count < 1 || first + count > cells)
        throw error("pretext::pasted_faster", text("frames within the ", cells, " of the map"),
                    text(first, " to ", first + count));
    const auto place = [](std::span<std::int32_t> to, extent all, extent from, extent length) {
        const auto frames = static_cast<extent>(to.size());
        const extent block = (frames + all - 1) / all, begin = from * block,
                     end = std::min(begin + length * block, frames);
        const extent shown = std::min(2 * (end - begin), frames);
        for (extent t = 0; t < frames; ++t)
            to[static_cast<std::size_t>(t)] =
                t < begin || t >= end
                    ? static_cast<std::int32_t>(t)
                    : static_cast<std::int32_t>((t - begin) * shown / (end - begin));
    };
    const index_tensor frames = step_integers<tensor_of<X>, std::int32_t>(
        ctx, {in[2]}, {0, static_cast<std::int32_t>(in[2] - 1)}, place, cells, first, count);
    return pasted_between(ctx, clips, gather(ctx, gather(ctx, clips, 0, with.donors), 2, frames),
                          with.inside);
}

/// x where `actionlets` [B * M, 1, t, V] are 1 and y where they are 0, blended between; clips
/// [B, C, T, V, M] each. Masks are read linearly in time, first and last frame on each other.
/// Errors: extents that do not fit. Cost: five passes over the clips.
template <operand X>
X actionlet_swap(context& ctx, const X& x, const X& y, const tensor_of<X>& actionlets) {
    using T = tensor_of<X>;
    const shape in = shape_of(x), mask = shape_of(actionlets);
    if (in.rank() != 5 || shape_of(y) != in || mask.rank() != 4 || mask[0] != in[0] * in[4] ||
        mask[1] != 1 || mask[2] < 1 || mask[3] != in[3])
        throw error("pretext::actionlet_swap",
                    "two clips [B, C, T, V, M] and masks [B * M, 1, t, V]",
                    text(in.str(), ", ", shape_of(y).str(), ", ", mask.str()));
    const auto line = [](std::span<scalar_of<X>> to, extent from, extent frames) {
        for (extent t = 0; t < frames; ++t) {
            const double at =
                frames > 1 ? static_cast<double>(t * (from - 1)) / static_cast<double>(frames - 1)
                           : 0;
            const auto low = std::min(static_cast<extent>(at), std::max<extent>(0, from - 2));
            const double rest = at - static_cast<double>(low);
            to[static_cast<std::size_t>(t * from + low)] = static_cast<scalar_of<X>>(1 - rest);
            if (rest > 0)
                to[static_cast<std::size_t>(t * from + low + 1)] = static_cast<scalar_of<X>>(rest);
        }
    };
    const T weights = step_values<T>(ctx, {in[2], mask[2]}, line, mask[2], in[2]);
    // [t, B M V] by one product, then to [B, 1, T, V, M].
    const T rows = mgkit::reshape(
        ctx,
        mgkit::permute(ctx, mgkit::reshape(ctx, actionlets, {in[0] * in[4], mask[2], in[3]}),
                       {1, 0, 2}),
        {mask[2], in[0] * in[4] * in[3]});
    const T spread =
        mgkit::reshape(ctx, mgkit::matmul(ctx, weights, rows), {in[2], in[0], in[4], in[3]});
    const T share = mgkit::reshape(ctx, mgkit::permute(ctx, spread, {1, 0, 3, 2}),
                                   {in[0], 1, in[2], in[3], in[4]});
    return add(ctx, mul(ctx, x, X{share}), mul(ctx, y, X{mgkit::affine(ctx, share, -1, 1)}));
}

/// How much of a mixture's target is its donor's and how much the clip's own, [B] each, together 1.
template <tensor T>
struct mixture_shares {
    T donor, own;
};

/// By actionlets [B, M, t, V], not negative: the share of the donor's that the paste took, and the
/// share of the clip's own that it left. The published code keeps off 0 by 1e-5 for each value of
/// the donors and by 1e-5 for the whole of the clip; so does this.
template <tensor T>
mixture_shares<T> shares_of(context& ctx, const T& actionlets, const paste<T>& with) {
    const shape in = shape_of(actionlets);
    if (in.rank() != 4 || shape_of(with.inside) != shape{in[2], in[3]})
        throw error("pretext::shares_of", "actionlets [B, M, t, V] and a paste [t, V]",
                    text(in.str(), ", ", shape_of(with.inside).str()));
    const extent cells = in[2] * in[3];
    const T all = mgkit::reshape(ctx, actionlets, {in[0], in[1], cells}),
            inside = mgkit::reshape(ctx, with.inside, {1, 1, cells});
    const auto share = [&](const T& of, const T& mask, double least) {
        const T whole = mgkit::affine(ctx, mgkit::sum(ctx, of, {1, 2}), 1, least);
        return mgkit::mul(ctx, mgkit::sum(ctx, mgkit::mul(ctx, of, mask), {1, 2}),
                          mgkit::square(ctx, mgkit::rsqrt(ctx, whole)));
    };
    const T taken = share(mgkit::gather(ctx, all, 0, with.donors), inside,
                          1e-5 * static_cast<double>(in[1] * cells));
    const T left = share(all, mgkit::affine(ctx, inside, -1, 1), 1e-5);
    const T inverse = mgkit::square(ctx, mgkit::rsqrt(ctx, mgkit::add(ctx, taken, left)));
    return {mgkit::mul(ctx, taken, inverse), mgkit::mul(ctx, left, inverse)};
}

}  // namespace MGKIT_NAMESPACE::pretext
