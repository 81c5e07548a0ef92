// SPDX-License-Identifier: MIT
// Layers that graph networks are built of, under the names that their files have.
// infrastructure
#pragma once

#include <utility>
#include <vector>

#include "mgkit/encode/graph_network.hpp"
#include "mgkit/tensor/ops/parts.hpp"
#include "mgkit/tensor/ops/pool.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Batch normalisation whose scale starts normal around 1.
template <model_tensor T>
nn::batch_norm<T> scattered_norm(const nn::scope& at, extent width, double deviation = 0.02) {
    nn::batch_norm<T> out(at, width);
    out.weight = nn::initial::drawn<T>(
        at / "weight", {width}, [=](random_stream& r) { return 1 + deviation * r.normal(); });
    return out;
}
/// The same whose scale starts at one value, so that the branch before it starts almost silent.
template <model_tensor T>
nn::batch_norm<T> scaled_norm(const nn::scope& at, extent width, double scale) {
    nn::batch_norm<T> out(at, width);
    out.weight = nn::initial::constant<T>(at / "weight", {width}, scale);
    return out;
}

/// Convolution along frames and its normalisation: file names conv, bn. x [B, T, V, in].
template <model_tensor T>
struct temporal_unit {
    nn::conv<T> conv;
    nn::batch_norm<T> bn;

    temporal_unit() = default;
    MGKIT_COLD temporal_unit(const nn::scope& at, const block_plan& p, extent kernel,
                             extent dilation = 1)
        : conv(at / "conv", p.in, p.out, along_frames(kernel, p.stride, dilation)),
          bn(at / "bn", p.out) {}

    static constexpr auto fields() {
        return nn::members(nn::field("conv", &temporal_unit::conv),
                           nn::field("bn", &temporal_unit::bn));
    }
    template <operand X>
    X operator()(context& ctx, const X& x, const normalise_end<X>& end = {}) const {
        return conv.normalised(ctx, x, bn, end);
    }
};

/// The same as a sequence: file names 0, 1.
template <model_tensor T>
struct conv_and_norm {
    nn::conv<T> conv;
    nn::batch_norm<T> norm;

    conv_and_norm() = default;
    conv_and_norm(nn::conv<T> first, nn::batch_norm<T> second)
        : conv(std::move(first)), norm(std::move(second)) {}
    MGKIT_COLD conv_and_norm(const nn::scope& at, extent in, extent out, extent stride = 1)
        : conv(at / "0", in, out, along_frames(1, stride)), norm(at / "1", out) {}

    static constexpr auto fields() {
        return nn::members(nn::field("0", &conv_and_norm::conv),
                           nn::field("1", &conv_and_norm::norm));
    }
    template <operand X>
    X operator()(context& ctx, const X& x, const normalise_end<X>& end = {}) const {
        return conv.normalised(ctx, x, norm, end);
    }
};

/// relu(norm(conv(inner)) + what goes around the block), the way around being absent, the block's
/// own x, or a unit's.
template <class Unit, operand X>
X end_of_block(context& ctx, const nn::conv<tensor_of<X>>& conv,
               const nn::batch_norm<tensor_of<X>>& norm, const X& inner, const X& before,
               const block_plan& p, const nn::maybe<Unit>& residual) {
    if (p.first) return conv.normalised(ctx, inner, norm, {.relu = true});
    if (!residual) return conv.normalised(ctx, inner, norm, {.residual = &before, .relu = true});
    const X around = (*residual)(ctx, before);
    return conv.normalised(ctx, inner, norm, {.residual = &around, .relu = true});
}

/// The layers of K partitions as one product: their weights [out, in, 1, 1] stacked to [K * out,
/// in], without bias, on x [.., in].
template <operand X, class T = tensor_of<X>>
X stacked_product(context& ctx, const X& x, const std::vector<nn::conv<T>>& layers,
                  bool biased = true) {
    std::vector<X> weights, biases;
    for (const auto& l : layers) {
        const shape w = shape_of(l.weight.value);
        weights.push_back(reshape(ctx, use<X>(l.weight), {w[0], w[1]}));
        if (biased) biases.push_back(use<X>(l.bias));
    }
    const X weight = concat(ctx, 0, std::span<const X>(weights));
    const X bias = biased ? concat(ctx, 0, std::span<const X>(biases))
                          : constant<X>(ctx, {shape_of(weight)[0]}, 0);
    return linear(ctx, x, weight, bias);
}

/// The sum of the layers' biases, [out].
template <operand X, class T = tensor_of<X>>
X summed_bias(context& ctx, const std::vector<nn::conv<T>>& layers) {
    X out = use<X>(layers[0].bias);
    for (std::size_t k = 1; k < layers.size(); ++k) out = add(ctx, out, use<X>(layers[k].bias));
    return out;
}

}  // namespace MGKIT_NAMESPACE::encode
