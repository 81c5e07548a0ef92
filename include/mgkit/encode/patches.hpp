// SPDX-License-Identifier: MIT
// A person's clip as patches: one joint over a few frames each.
// infrastructure
#pragma once

#include "mgkit/encode/tokens.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Clips [N, C, T, V, M] -> patches [N * M, T / frames * V, frames * C]: persons of a clip next to
/// each other, patches by time, then joint, values by frame, then channel. Errors: frames that are
/// no whole number of patches.
template <operand X>
X patches_of(context& ctx, const X& clips, extent frames) {
    const shape s = shape_of(clips);
    if (s.rank() != 5 || frames < 1 || s[2] % frames != 0)
        throw error("patches",
                    text("clips [N, C, T, V, M] of whole patches of ", frames, " frames"), s.str(),
                    "choose frames of a patch that divide those of a clip");
    const extent sequences = s[0] * s[4], times = s[2] / frames;
    const X persons = permute(ctx, clips, {0, 4, 2, 3, 1});
    const X parts = reshape(ctx, persons, {sequences, times, frames, s[3], s[1]});
    return reshape(ctx, permute(ctx, parts, {0, 1, 3, 2, 4}),
                   {sequences, times * s[3], frames * s[1]});
}

/// The way back: patches of `extents` [N, C, T, V, M].
template <operand X>
X clips_of(context& ctx, const X& patches, const shape& extents, extent frames) {
    const extent times = extents[2] / frames;
    const X parts =
        reshape(ctx, patches, {extents[0] * extents[4], times, extents[3], frames, extents[1]});
    const X persons = reshape(ctx, permute(ctx, parts, {0, 1, 3, 2, 4}),
                              {extents[0], extents[4], extents[2], extents[3], extents[1]});
    return permute(ctx, persons, {0, 4, 2, 3, 1});
}

/// Where patches stand: a value for each joint [1, 1, V, d] and one for each time [1, T', 1, d],
/// added -> [T' * V, d].
template <operand X>
X patch_places(context& ctx, const X& joints, const X& times) {
    const shape j = shape_of(joints), t = shape_of(times);
    return reshape(ctx, add(ctx, times, joints), {t[1] * j[2], j[3]});
}

}  // namespace MGKIT_NAMESPACE::encode
