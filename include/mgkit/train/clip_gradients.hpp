// SPDX-License-Identifier: MIT
// Gradients of bounded length.
// infrastructure: takes part in steps, is no optimiser
#pragma once

#include <optional>
#include <string>

#include "mgkit/core/recipe.hpp"
#include "mgkit/nn/facts.hpp"
#include "mgkit/nn/leaves.hpp"
#include "mgkit/tensor/ops/elementwise.hpp"
#include "mgkit/tensor/ops/layers.hpp"
#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE::train {

/// Scales all gradients of a step by min(1, max_norm / n), n their common Euclidean length. Given
/// to `fit` as a callback, before the update; part of a recorded step, nothing goes to the host.
/// Cost: three passes over the gradients. Errors: a length that is not above 0.
/// Source: Pascanu et al. 2013, as PyTorch's clip_grad_norm_; deviation: 1e-12 is added below the
/// root instead of 1e-6 to it.
class clip_gradients {
public:
    explicit clip_gradients(double max_norm) : max_norm_(max_norm) {
        if (!(max_norm > 0)) throw error("clip_gradients", "a length above 0", text(max_norm));
    }

    recipe made_of() const { return {{"gradients clipped to", nn::exact(max_norm_)}}; }

    template <tensor T>
    void gradients(context& ctx, const nn::leaf_list<T>& all) const {
        const auto parameters = nn::parameters(all);
        std::optional<T> total;
        for (const auto& l : parameters) {
            if (!l.weights->trainable || !l.weights->slot.filled) continue;
            const T part = mgkit::sum(ctx, square(ctx, l.weights->slot.gradient));
            total = total ? add(ctx, *total, part) : part;
        }
        if (!total) return;
        const T factor = affine(ctx, rsqrt(ctx, affine(ctx, *total, 1, 1e-12)), max_norm_);
        const T at_most_one = affine(ctx, relu(ctx, affine(ctx, factor, -1, 1)), -1, 1);
        for (const auto& l : parameters) {
            auto& slot = l.weights->slot;
            if (!l.weights->trainable || !slot.filled) continue;
            slot.gradient = mul(ctx, slot.gradient, at_most_one);
            slot.shared = false;
        }
    }

private:
    double max_norm_;
};

}  // namespace MGKIT_NAMESPACE::train
