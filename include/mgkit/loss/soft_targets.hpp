// SPDX-License-Identifier: MIT
// Cross-entropy against soft labels, adjusted for how often classes occur.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::loss {

/// Adds `share` of a smoothed label to a row of soft targets, one value for each of K classes:
/// (1 - smoothing) one-hot + smoothing / K. Two labels with shares that sum to 1 are what mix-up
/// trains on. Source: Szegedy et al., "Rethinking the Inception architecture" (CVPR 2016), as
/// PyTorch computes it. Errors: a label outside the row.
template <class S>
void add_soft_label(std::span<S> row, int label, double smoothing, double share = 1) {
    const auto classes = static_cast<int>(row.size());
    if (label < 0 || label >= classes)
        throw error("supervised", text("labels from 0 to ", classes - 1), text(label));
    if (smoothing > 0)
        for (S& value : row) value += static_cast<S>(share * smoothing / classes);
    row[static_cast<std::size_t>(label)] += static_cast<S>(share * (1 - smoothing));
}

/// What logit adjustment adds to the logits while training: tau * log prior, from how many training
/// clips each class has. With tau 1 this is the balanced softmax up to a constant.
/// Source: Menon et al., "Long-tail learning via logit adjustment" (ICLR 2021).
/// Errors: a class without clips, whose prior is 0.
std::vector<double> logit_offsets(std::span<const std::int64_t> class_counts, double tau);

/// Cross-entropy of logits [N, K] plus offsets [K] against soft targets [N, K], mean over rows; no
/// offsets leave the logits alone. What `offsets` shows must outlive the step's recording.
/// Cost: O(N K). Errors: another number of offsets than classes; those of mgkit::cross_entropy.
template <operand X>
X adjusted_cross_entropy(context& ctx, const X& logits, const X& targets,
                         std::span<const double> offsets) {
    if (offsets.empty()) return cross_entropy(ctx, logits, targets);
    using scalar = scalar_of<X>;
    const shape in = shape_of(logits);
    if (in.rank() != 2 || static_cast<std::size_t>(in[1]) != offsets.size())
        throw error("adjusted_cross_entropy", text("logits of ", offsets.size(), " classes"),
                    in.str());
    const auto fill = [](std::span<scalar> to, std::span<const double> from) {
        for (std::size_t k = 0; k < to.size(); ++k) to[k] = static_cast<scalar>(from[k]);
    };
    const X added = X{step_values<tensor_of<X>>(ctx, {1, in[1]}, fill, offsets)};
    return cross_entropy(ctx, add(ctx, logits, added), targets);
}

}  // namespace MGKIT_NAMESPACE::loss

#if !defined(MGKIT_COMPILED)
#include "mgkit/loss/soft_targets-inl.hpp"
#endif
