// SPDX-License-Identifier: MIT
// Contraction with edges and the normalisation behind it as one operation, where nothing is
// recorded.
#pragma once

#include <concepts>

#include "mgkit/tensor/ops/graph.hpp"
#include "mgkit/tensor/ops/normalise.hpp"

namespace MGKIT_NAMESPACE {

/// A tensor type whose kernel ends a contraction in the pass that computes it.
template <class T>
concept finishes_contraction = tensor<T> &&
    requires(context& ctx, const T& x, const T* bias, const normalised_end<T>* end) {
    { kernel<op::graph_contract, T>::finished(ctx, x, x, bias, end) } -> std::same_as<T>;
};

/// relu(scale * (graph_contract(x, a) + bias - mean) / sqrt(variance + epsilon) + shift + residual)
/// of plain tensors: graph_contract, add and normalise_by in one pass, the same but for rounding.
/// `bias` [C] may be null. Errors: those of graph_contract; a bias or an end of other extents.
template <finishes_contraction T>
T finished_contraction(context& ctx, const T& x, const T& a, const T* bias,
                       const normalised_end<T>& end) {
    const shape to = detail::contraction_result(shape_of(x), shape_of(a));
    detail::require_end("finished_contraction", end, to);
    if (bias && shape_of(*bias) != shape{to[-1]})
        throw error("finished_contraction", text("a bias of [", to[-1], "]"),
                    shape_of(*bias).str());
    return kernel<op::graph_contract, T>::finished(ctx, x, a, bias, &end);
}

}  // namespace MGKIT_NAMESPACE
