// SPDX-License-Identifier: MIT
// What makes a type an encoder.
// infrastructure
#pragma once

#include <concepts>

#include "mgkit/encode/tokens.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Maps clips to features: `encoder(ctx, clips [N, C, T, V, M]) -> [N, features]`, const, so that
/// one encoder serves several threads.
template <class E, class T>
concept encoder = tensor<T> && requires(const E& e, context& ctx, const T& clips) {
    { e(ctx, clips) } -> std::same_as<T>;
};

/// An encoder that says how many columns its features have, for what is put on top of it.
template <class E, class T>
concept sized_encoder = encoder<E, T> && requires(const E& e) {
    { e.features() } -> std::convertible_to<int>;
};

/// An encoder with a temporal and a spatial stream of tokens, and their widths, as the
/// multi-grained objective needs.
template <class E, class T>
concept two_stream_encoder = encoder<E, T> && requires(const E& e, context& ctx, const T& clips) {
    { e.tokens(ctx, clips) } -> std::same_as<stream_pair<T>>;
    { e.stream_widths() } -> std::same_as<stream_widths>;
};

namespace detail {
struct no_settings {
    no_settings() = delete;
};
template <class E>
struct settings_of_encoder {
    using type = no_settings;
};
template <class E>
requires requires {
    typename E::settings;
}
struct settings_of_encoder<E> {
    using type = typename E::settings;
};
}  // namespace detail

/// What an encoder is made from; a type without values for encoders that do not say.
template <class E>
using settings_type = typename detail::settings_of_encoder<E>::type;

}  // namespace MGKIT_NAMESPACE::encode
