// SPDX-License-Identifier: MIT
// The loss of a linear classifier as one operation.
#pragma once

#include "mgkit/tensor/ops/objective.hpp"

namespace MGKIT_NAMESPACE {

namespace op {

/// Mean over rows of -log softmax(W x + b)[label], with one-hot labels that are constants.
struct classifier_loss {
    template <operand X>
    static X compose(context& ctx, const classifier_loss&, const X& x, const X& weight,
                     const X& bias, const X& one_hot) {
        return mgkit::cross_entropy(ctx, mgkit::linear(ctx, x, weight, bias), one_hot);
    }
};

}  // namespace op

/// Softmax cross-entropy of a linear classifier, mean over rows: x [B, D], weight [K, D], bias [K],
/// one_hot [B, K] -> scalar. As `cross_entropy(linear(x))`; a backend may take value and gradients
/// in one pass over x. Cost: B D K multiply-adds, twice that with the weights' gradient.
template <operand X>
X classifier_loss(context& ctx, const X& x, const X& weight, const X& bias,
                  const tensor_of<X>& one_hot) {
    const shape in = shape_of(x), w = shape_of(weight), truth = shape_of(one_hot);
    if (in.rank() != 2 || w.rank() != 2 || w[1] != in[1] || shape_of(bias) != shape{w[0]} ||
        truth != shape{in[0], w[0]} || in.elements() == 0 || w[0] == 0)
        throw error("classifier_loss",
                    "x [B, D], weight [K, D], bias [K] and one-hot labels [B, K], none of them 0",
                    text("x ", in.str(), ", weight ", w.str(), ", bias ", shape_of(bias).str(),
                         ", labels ", truth.str()));
    return apply(ctx, op::classifier_loss{}, x, weight, bias, X{one_hot});
}

}  // namespace MGKIT_NAMESPACE
