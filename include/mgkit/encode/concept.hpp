// What makes a type an encoder.
// infrastructure
#pragma once

#include <concepts>

#include "mgkit/encode/tokens.hpp"

namespace mgkit::encode {

/// Maps clips to features: `encoder(ctx, clips [N, C, T, V, M]) -> [N, features]`; `settings` is
/// what it is built from.
template <class E, class T>
concept encoder = tensor<T> && requires(E& e, context& ctx, const T& clips) {
    { e(ctx, clips) } -> std::same_as<T>;
    typename E::settings;
};

/// An encoder that says how many columns its features have, for a classifier on top of it.
template <class E, class T>
concept sized_encoder = encoder<E, T> && requires(const E& e) {
    { e.features() } -> std::convertible_to<int>;
};

/// An encoder with a temporal and a spatial stream, as the multi-grained objective needs.
template <class E, class T>
concept two_stream_encoder = encoder<E, T> && requires(E& e, context& ctx, const T& clips) {
    { e.tokens(ctx, clips) } -> std::same_as<stream_pair<T>>;
};

}  // namespace mgkit::encode
