// SPDX-License-Identifier: MIT
// The projection head of the pre-training objective.
#pragma once

#include "mgkit/nn/linear.hpp"
#include "mgkit/nn/norm.hpp"

namespace MGKIT_NAMESPACE::nn {

/// linear, batch norm, ReLU, linear, batch norm, ReLU, linear: rows [views * B, in] -> [.., out].
/// Batch statistics per view. File names follow the reference's sequence numbers 0 1 3 4 6.
template <model_tensor T>
struct projector {
    linear<T> first, second, third;
    batch_norm<T> norm1, norm2;

    projector() = default;
    MGKIT_COLD projector(const scope& at, extent in, extent hidden, extent out)
        : first(at / "0", in, hidden),
          second(at / "3", hidden, hidden),
          third(at / "6", hidden, out),
          norm1(at / "1", hidden),
          norm2(at / "4", hidden) {}

    static constexpr auto fields() {
        return members(field("0", &projector::first), field("1", &projector::norm1),
                       field("3", &projector::second), field("4", &projector::norm2),
                       field("6", &projector::third));
    }

    template <operand X>
    MGKIT_COLD X operator()(context& ctx, const X& x, int views = 1) const {
        const X a = relu(ctx, norm1(ctx, first(ctx, x), views));
        const X b = relu(ctx, norm2(ctx, second(ctx, a), views));
        return third(ctx, b);
    }
};

}  // namespace MGKIT_NAMESPACE::nn
