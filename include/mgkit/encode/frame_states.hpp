// SPDX-License-Identifier: MIT
// What any encoder has for each moment of a clip, for methods that put a sequence on top.
// infrastructure
#pragma once

#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/feature_map.hpp"

namespace MGKIT_NAMESPACE::encode {

/// States of an encoder along time: clips [N, C, T, V, M] -> [N, T', D], T' from 1 to T, in order
/// of time: what `states(ctx, clips)` gives of an encoder that has it (recurrent ones: a state for
/// each frame), else its temporal tokens, else its map averaged over persons and joints, else its
/// feature as the one state. D is `state_width`.
template <class Encoder, operand X>
X frame_states(context& ctx, const Encoder& encoder, const X& clips) {
    using T = tensor_of<X>;
    if constexpr (requires { encoder.states(ctx, clips); }) {
        return encoder.states(ctx, clips);
    } else if constexpr (two_stream_encoder<Encoder, T>) {
        return encoder.tokens(ctx, clips).temporal;
    } else if constexpr (mapping_encoder<Encoder, T>) {
        const X map = encoder.frames(ctx, clips);
        const shape s = shape_of(map);
        const extent n = shape_of(clips)[0];
        return mgkit::mean(ctx, reshape(ctx, map, {n, s[0] / n, s[1], s[2], s[3]}), {1, 3});
    } else {
        const X feature = encoder(ctx, clips);
        const shape s = shape_of(feature);
        return reshape(ctx, feature, {s[0], 1, s[1]});
    }
}

/// Values of a state of `frame_states`.
template <tensor T, sized_encoder<T> Encoder>
int state_width(const Encoder& encoder) {
    if constexpr (requires { encoder.state_width(); })
        return encoder.state_width();
    else if constexpr (two_stream_encoder<Encoder, T>)
        return encoder.stream_widths().temporal;
    else
        return encoder.features();
}

}  // namespace MGKIT_NAMESPACE::encode
