// SPDX-License-Identifier: MIT
// What snippets share, so that a failure is their own.
#pragma once

#include "mgkit/backend/eigen.hpp"
#include "mgkit/testing/primitives_only.hpp"

using namespace mgkit;

using good = testing::primitives_only<eigen::tensor<double>>;

/// A tensor type with a kernel for every primitive but those named.
template <class... Missing>
struct without {
    shape extents;
};
template <class... Missing>
struct mgkit::backend_traits<without<Missing...>> {
    using scalar = float;
    using T = without<Missing...>;
    static shape shape_of(const T& t) { return t.extents; }
    static T empty(context&, const shape& s) { return {s}; }
    static T full(context&, const shape& s, double) { return {s}; }
    static T from_host(context&, std::span<const float>, const shape& s) { return {s}; }
    static void to_host(context&, const T&, std::span<float>) {}
    static T reshape(const T&, const shape& s) { return {s}; }
    static void assign(context&, T&, const T&) {}
};
template <class Op, class... Missing>
requires(
    primitives::contains<Op> &&
    !type_list<Missing...>::template contains<Op>) struct mgkit::kernel<Op, without<Missing...>> {
    using T = without<Missing...>;
    static T forward(context&, const Op&, saved<T>&, const T& first,
                     const std::same_as<T> auto&...) {
        return first;
    }
};
