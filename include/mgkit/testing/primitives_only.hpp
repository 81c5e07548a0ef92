// SPDX-License-Identifier: MIT
// A tensor type that brings the primitives and nothing else: the least a backend can be.
#pragma once

#include <span>

#include "mgkit/testing/complete_backend.hpp"

namespace MGKIT_NAMESPACE::testing {

/// A T whose own kernels are hidden, but for the forward passes of the primitives.
///
/// On it every other operation runs as its composition and every gradient by rule, so comparing it
/// with T checks T's fused kernels, and running a model on it shows that the compositions are
/// complete. It is also the pattern of a new backend: a type, `backend_traits`, and one kernel for
/// each of `primitives`; gradients, layers, losses and optimisers then work.
template <tensor T>
struct primitives_only {
    T inner{};
};

}  // namespace MGKIT_NAMESPACE::testing

namespace MGKIT_NAMESPACE {

template <class T>
struct backend_traits<testing::primitives_only<T>> {
    using inner = backend_traits<T>;
    using scalar = typename inner::scalar;
    using P = testing::primitives_only<T>;

    static shape shape_of(const P& t) { return inner::shape_of(t.inner); }
    static P empty(context& ctx, const shape& extents) { return {inner::empty(ctx, extents)}; }
    static P full(context& ctx, const shape& extents, double value) {
        return {inner::full(ctx, extents, value)};
    }
    static P from_host(context& ctx, std::span<const scalar> values, const shape& extents) {
        return {inner::from_host(ctx, values, extents)};
    }
    static void to_host(context& ctx, const P& t, std::span<scalar> target) {
        inner::to_host(ctx, t.inner, target);
    }
    static P reshape(const P& t, const shape& extents) {
        return {inner::reshape(t.inner, extents)};
    }
    static void assign(context& ctx, P& target, const P& source) {
        inner::assign(ctx, target.inner, source.inner);
    }
    static void add_part(context& ctx, P& whole, int axis, extent begin,
                         const P& part) requires adds_parts<T> {
        inner::add_part(ctx, whole.inner, axis, begin, part.inner);
    }
};

/// The forward pass of each primitive, for as many operands as it has.
template <class Op, class T>
requires(testing::primitives::contains<Op>) struct kernel<Op, testing::primitives_only<T>> {
    using P = testing::primitives_only<T>;

    template <std::same_as<P>... Ps>
    requires overrides_forward<Op, T, 1 + sizeof...(Ps)>
    static P forward(context& ctx, const Op& op, saved<P>&, const P& first, const Ps&... rest) {
        saved<T> nothing(false);
        return {kernel<Op, T>::forward(ctx, op, nothing, first.inner, rest.inner...)};
    }
};

}  // namespace MGKIT_NAMESPACE
