// SPDX-License-Identifier: MIT
// Encoders whose feature is the mean of a map over persons, frames and joints.
// infrastructure
#pragma once

#include <concepts>

#include "mgkit/encode/concept.hpp"
#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE::encode {

/// An encoder that shows what it averages: `encoder.frames(ctx, clips [N, C, T, V, M])` gives a map
/// [N * M, T', V, features], persons of a clip next to each other, and the encoder itself
/// `mean_of_persons` of that.
template <class E, class T>
concept mapping_encoder = sized_encoder<E, T> &&
    requires(const E& e, context& ctx, const T& clips) {
    { e.frames(ctx, clips) } -> std::same_as<T>;
};

/// The mean over persons, frames and joints: [N * M, T, V, C] -> [N, C].
template <operand X>
X mean_of_persons(context& ctx, const X& x, extent clips) {
    const shape s = shape_of(x);
    return mgkit::mean(ctx, reshape(ctx, x, {clips, s[0] / clips * s[1] * s[2], s[3]}), {1});
}

}  // namespace MGKIT_NAMESPACE::encode
