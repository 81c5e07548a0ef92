// SPDX-License-Identifier: MIT
// A clip's frames out of its feature: one recurrent layer and an affine map.
// infrastructure
#pragma once

#include <span>
#include <vector>

#include "mgkit/nn/linear.hpp"
#include "mgkit/nn/recurrent.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Gated recurrent units, as many as the feature has columns, that start from it, and a linear
/// layer to the values of a frame. File names `gru.*` and `out.*`, as in Predict & Cluster.
template <model_tensor T>
class frame_decoder {
public:
    nn::recurrent<T, nn::recurrent_cell::gru> gru;
    nn::linear<T> out;

    /// Features of `width` columns, frames of `values` numbers.
    MGKIT_COLD frame_decoder(const nn::scope& at, int width, int values)
        : gru(at / "gru", {.input = values, .hidden = width}), out(at / "out", width, values) {}

    static constexpr auto fields() {
        return nn::members(nn::field("gru", &frame_decoder::gru),
                           nn::field("out", &frame_decoder::out));
    }

    /// `count` frames [B, count, values], each the one before and a step that is read from it and
    /// from the feature [B, width] alone; before the first stands `frame` [B, values].
    /// Cost per clip: 3 width^2 + 4 count width values multiply-adds: the feature's share of the
    /// gates is the same in every step.
    template <operand X>
    X steps_from(context& ctx, const X& feature, const X& frame, extent count) const {
        const auto& cell = gru.directions[0];
        const extent h = shape_of(feature)[1];
        const X own = mgkit::linear(ctx, feature, use<X>(cell.weight_hh), use<X>(cell.bias_hh));
        const X own_gates = slice(ctx, own, 1, 0, 2 * h), own_fresh = slice(ctx, own, 1, 2 * h, h);
        std::vector<X> frames;
        frames.reserve(static_cast<std::size_t>(count));
        X now = frame;
        for (extent t = 0; t < count; ++t) {
            const X read = mgkit::linear(ctx, now, use<X>(cell.weight_ih), use<X>(cell.bias_ih));
            const X gates = sigmoid(ctx, add(ctx, slice(ctx, read, 1, 0, 2 * h), own_gates));
            const X reset = slice(ctx, gates, 1, 0, h), update = slice(ctx, gates, 1, h, h);
            const X fresh = mgkit::tanh(
                ctx, add(ctx, slice(ctx, read, 1, 2 * h, h), mul(ctx, reset, own_fresh)));
            const X state = add(ctx, fresh, mul(ctx, update, sub(ctx, feature, fresh)));
            now = add(ctx, now, out(ctx, state));
            frames.push_back(now);
        }
        return stack(ctx, std::span<const X>(frames), 1);
    }

    /// `count` frames [B, count, values] of states that run on from the feature [B, width] and see
    /// zeros. Cost per clip: 3 count width^2 + 4 count width values multiply-adds.
    template <operand X>
    X unrolled(context& ctx, const X& feature, extent count) const {
        const shape s = shape_of(feature);
        const nn::recurrent_states<X> start{reshape(ctx, feature, {1, s[0], s[1]})};
        const X nothing = constant<X>(ctx, {s[0], count, gru.configuration().input}, 0);
        return out(ctx, gru(ctx, nothing, {}, &start).out);
    }
};

}  // namespace MGKIT_NAMESPACE::pretext
