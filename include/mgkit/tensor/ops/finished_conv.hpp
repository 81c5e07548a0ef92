// SPDX-License-Identifier: MIT
// Convolution and the normalisation behind it as one operation, where nothing is recorded.
#pragma once

#include <concepts>

#include "mgkit/tensor/ops/conv.hpp"
#include "mgkit/tensor/ops/normalise.hpp"

namespace MGKIT_NAMESPACE {

/// A tensor type whose convolution multiplies by weights in a form of its own, `ready(ctx, op,
/// weight)`, which depends on the window, the groups and the weight, and whose kernel ends a
/// convolution in the pass that computes it.
template <class T>
concept finishes_conv = tensor<T> && requires(context& ctx, const op::conv& o, const T& x,
                                              const T* ready, const normalised_end<T>* end) {
    { kernel<op::conv, T>::ready(ctx, o, x) } -> std::same_as<T>;
    { kernel<op::conv, T>::finished(ctx, o, x, x, x, ready, end) } -> std::same_as<T>;
};

/// The weight of `conv` in the form that `finished_conv` takes beside it, computed once for many
/// calls; where products take the weight as it is, that.
template <finishes_conv T>
T ready_weight(context& ctx, const op::conv& o, const T& weight) {
    return kernel<op::conv, T>::ready(ctx, o, weight);
}

/// relu(scale * (conv(x) - mean) / sqrt(variance + epsilon) + shift + residual) of plain tensors,
/// or the convolution alone where `end` is null: conv and normalise_by in one pass, the same but
/// for rounding. `ready`: null, or this weight's form. Errors: those of conv; an end of other
/// extents.
template <finishes_conv T>
T finished_conv(context& ctx, const op::conv& o, const T& x, const T& weight, const T& bias,
                const T* ready, const normalised_end<T>* end) {
    const shape to = detail::conv_result(o, shape_of(x), shape_of(weight), shape_of(bias));
    if (end) detail::require_end("finished_conv", *end, to);
    return kernel<op::conv, T>::finished(ctx, o, x, weight, bias, ready, end);
}

}  // namespace MGKIT_NAMESPACE
