// SPDX-License-Identifier: MIT
// How a clip becomes two token sequences, and how token sequences become features.
// infrastructure
#pragma once

#include <algorithm>
#include <span>

#include "mgkit/tensor/ops/structure.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Frames as tokens: clips [N, C, T, V, M] -> [N, T, M*V*C], channel fastest, then joint.
template <operand X>
MGKIT_COLD X temporal_tokens(context& ctx, const X& clips) {
    const shape s = shape_of(clips);
    return reshape(ctx, permute(ctx, clips, {0, 2, 4, 3, 1}), {s[0], s[2], s[4] * s[3] * s[1]});
}

/// Joints as tokens: clips [N, C, T, V, M] -> [N, M*V, T*C], channel fastest, then frame; token
/// index = person * V + joint.
template <operand X>
MGKIT_COLD X spatial_tokens(context& ctx, const X& clips) {
    const shape s = shape_of(clips);
    return reshape(ctx, permute(ctx, clips, {0, 4, 3, 2, 1}), {s[0], s[4] * s[3], s[2] * s[1]});
}

/// Two token sequences [N, T, d] and [N, S, d], or two pooled features [N, d].
template <operand X>
struct stream_pair {
    X temporal, spatial;
};

/// Widths of the tokens of both streams.
struct stream_widths {
    int temporal = 0, spatial = 0;
};

/// Maximum over tokens of each stream: [N, d] and [N, d].
template <operand X>
MGKIT_COLD stream_pair<X> pooled(context& ctx, const stream_pair<X>& tokens) {
    return {max(ctx, tokens.temporal, 1), max(ctx, tokens.spatial, 1)};
}

/// The clip's feature [N, 2d]: temporal part first.
template <operand X>
MGKIT_COLD X joined(context& ctx, const stream_pair<X>& parts) {
    return concat(ctx, -1, parts.temporal, parts.spatial);
}

/// Per-frame features [N, T, 2d] for detection: spatial tokens are averaged to T positions
/// (position i takes tokens floor(i S / T) .. ceil((i + 1) S / T) - 1) and set beside the frames.
/// Source: USDRL's detection mode, where T is 64.
template <operand X>
MGKIT_COLD X per_frame(context& ctx, const stream_pair<X>& tokens) {
    using T = tensor_of<X>;
    using scalar = scalar_of<X>;
    const extent frames = shape_of(tokens.temporal)[1], joints = shape_of(tokens.spatial)[1];
    const auto average = [](std::span<scalar> weights, extent to, extent from) {
        for (extent i = 0; i < to; ++i) {
            const extent first = i * from / to, last = ((i + 1) * from + to - 1) / to;
            for (extent j = first; j < last; ++j)
                weights[static_cast<std::size_t>(i * from + j)] =
                    scalar(1) / static_cast<scalar>(last - first);
        }
    };
    const X weights = X{step_values<T>(ctx, {frames, joints}, average, frames, joints)};
    return concat(ctx, -1, tokens.temporal, matmul(ctx, weights, tokens.spatial));
}

}  // namespace MGKIT_NAMESPACE::encode
