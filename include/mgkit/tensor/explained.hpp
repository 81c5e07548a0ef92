// SPDX-License-Identifier: MIT
// What the compiler says of a type that is no tensor.
#pragma once

#include "mgkit/tensor/operations.hpp"

namespace MGKIT_NAMESPACE {

namespace detail {

/// The parts of the concept `tensor`, each with its words; instantiating it is the error.
template <class T>
struct explained_tensor {
    using traits = backend_traits<T>;
    static constexpr bool has_scalar = requires {
        typename traits::scalar;
        requires std::floating_point<typename traits::scalar>;
    };
    static constexpr bool has_shape = requires(const T& t) {
        { traits::shape_of(t) } -> std::convertible_to<shape>;
    };
    static constexpr bool is_made = requires(context & ctx, const shape& s) {
        { traits::empty(ctx, s) } -> std::same_as<T>;
        { traits::full(ctx, s, 0.0) } -> std::same_as<T>;
    };
    static constexpr bool is_moved = requires(context & ctx, const T& t, const shape& s,
                                              std::span<const typename traits::scalar> from,
                                              std::span<typename traits::scalar> to) {
        { traits::from_host(ctx, from, s) } -> std::same_as<T>;
        traits::to_host(ctx, t, to);
    };
    static constexpr bool is_written = requires(context & ctx, const T& t, T& to, const shape& s) {
        { traits::reshape(t, s) } -> std::same_as<T>;
        traits::assign(ctx, to, t);
    };
    static_assert(has_scalar,
                  "mgkit: this type is no tensor: mgkit::backend_traits of it has no floating "
                  "'scalar'; include its backend's header or specialise the traits");
    static_assert(!has_scalar || has_shape,
                  "mgkit: this type is no tensor: its backend_traits lack 'shape_of(t)'");
    static_assert(!has_scalar || is_made,
                  "mgkit: this type is no tensor: its backend_traits lack 'empty(ctx, shape)' or "
                  "'full(ctx, shape, value)'");
    static_assert(!has_scalar || is_moved,
                  "mgkit: this type is no tensor: its backend_traits lack 'from_host(ctx, values, "
                  "shape)' or 'to_host(ctx, t, values)'");
    static_assert(!has_scalar || is_written,
                  "mgkit: this type is no tensor: its backend_traits lack 'reshape(t, shape)' or "
                  "'assign(ctx, target, source)'");
    static constexpr bool value = tensor<T>;
};

}  // namespace detail

/// The same types as `tensor`, for models: where it does not hold, the first error says in words
/// what the type lacks. Not for overload sets: it is an error, not a no.
template <class T>
concept model_tensor = detail::explained_tensor<T>::value;

}  // namespace MGKIT_NAMESPACE
