// What the compiler says of a type that is no tensor, and of a backend that lacks a kernel.
#pragma once

#include "mgkit/tensor/concept.hpp"

namespace mgkit {

namespace op {
struct add;
struct mul;
struct affine;
struct exp;
struct log;
struct rsqrt;
struct erf;
struct tanh;
struct greater;
struct select;
struct sum;
struct max;
struct permute;
struct slice;
struct concat;
struct matmul;
}  // namespace op

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

/// Instantiated where T has no kernel for a primitive: the error names it.
template <class Op, class T>
struct missing_kernel {
    template <class... Known>
    static constexpr bool other = !(std::same_as<Op, Known> || ...);

    static_assert(other<op::add>, "mgkit: no kernel for primitive 'add' on this tensor type");
    static_assert(other<op::mul>, "mgkit: no kernel for primitive 'mul' on this tensor type");
    static_assert(other<op::affine>, "mgkit: no kernel for primitive 'affine' on this tensor type");
    static_assert(other<op::exp>, "mgkit: no kernel for primitive 'exp' on this tensor type");
    static_assert(other<op::log>, "mgkit: no kernel for primitive 'log' on this tensor type");
    static_assert(other<op::rsqrt>, "mgkit: no kernel for primitive 'rsqrt' on this tensor type");
    static_assert(other<op::erf>, "mgkit: no kernel for primitive 'erf' on this tensor type");
    static_assert(other<op::tanh>, "mgkit: no kernel for primitive 'tanh' on this tensor type");
    static_assert(other<op::greater>,
                  "mgkit: no kernel for primitive 'greater' on this tensor type");
    static_assert(other<op::select>, "mgkit: no kernel for primitive 'select' on this tensor type");
    static_assert(other<op::sum>, "mgkit: no kernel for primitive 'sum' on this tensor type");
    static_assert(other<op::max>, "mgkit: no kernel for primitive 'max' on this tensor type");
    static_assert(other<op::permute>,
                  "mgkit: no kernel for primitive 'permute' on this tensor type");
    static_assert(other<op::slice>, "mgkit: no kernel for primitive 'slice' on this tensor type");
    static_assert(other<op::concat>, "mgkit: no kernel for primitive 'concat' on this tensor type");
    static_assert(other<op::matmul>, "mgkit: no kernel for primitive 'matmul' on this tensor type");
    static_assert(
        !other<op::add, op::mul, op::affine, op::exp, op::log, op::rsqrt, op::erf, op::tanh,
               op::greater, op::select, op::sum, op::max, op::permute, op::slice, op::concat,
               op::matmul>,
        "mgkit: this operation has neither a kernel on this tensor type nor a composition "
        "for these operands");
    static constexpr bool value = false;
};

/// Whether T has a kernel for a primitive, however many operands that has; says so where not.
template <class Op, class T>
constexpr bool explained_kernel() {
    if constexpr (overrides_forward<Op, T, 1> || overrides_forward<Op, T, 2> ||
                  overrides_forward<Op, T, 3>)
        return true;
    else
        return missing_kernel<Op, T>::value;
}

}  // namespace detail

/// The same types as `tensor`, for models: where it does not hold, the first error says in words
/// what the type lacks. Not for overload sets: it is an error, not a no.
template <class T>
concept model_tensor = detail::explained_tensor<T>::value;

}  // namespace mgkit
