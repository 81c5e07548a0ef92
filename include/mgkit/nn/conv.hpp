// SPDX-License-Identifier: MIT
// Convolution layers.
#pragma once

#include <cmath>
#include <concepts>

#include "mgkit/nn/norm.hpp"
#include "mgkit/nn/standing.hpp"
#include "mgkit/tensor/ops/finished_conv.hpp"

namespace MGKIT_NAMESPACE::nn {

/// Convolution with bias along one to three axes, x [N, D1, .., Dk, in] -> [N, O1, .., Ok, out];
/// the weight is kept as PyTorch keeps it, [out, in / groups, K1, .., Kk]. Initial values: normal
/// with deviation sqrt(2 / (out * taps)) (Kaiming, fan-out) unless stated, bias 0.
template <model_tensor T>
struct conv {
    parameter<T> weight, bias;

    conv() = default;
    MGKIT_COLD conv(const scope& at, extent in, extent out, const window& over,
                    double deviation = 0, extent groups = 1)
        : weight(initial::normal<T>(at / "weight", extents(in / groups, out, over),
                                    deviation > 0
                                        ? deviation
                                        : std::sqrt(2.0 / (static_cast<double>(out) *
                                                           static_cast<double>(over.taps()))))),
          bias(initial::constant<T>(at / "bias", {out}, 0)),
          over_(over),
          groups_(groups) {}

    static constexpr auto fields() {
        return members(field("weight", &conv::weight), field("bias", &conv::bias));
    }

    /// The weight as the backend's products take it, see nn::prepared.
    T standing(context& ctx) const requires finishes_conv<T> {
        return ready_weight(ctx, op::conv{over_, groups_}, weight.value);
    }

    template <operand X>
    X operator()(context& ctx, const X& x) const {
        if constexpr (std::same_as<X, T> && finishes_conv<T>)
            if (const T* const ready = standing_value(ctx, *this))
                return finished(ctx, x, ready, nullptr);
        return mgkit::conv(ctx, x, use<X>(weight), use<X>(bias), over_, groups_);
    }

    /// norm.channels(ctx, (*this)(ctx, x), end); in one operation where nothing is recorded, in
    /// evaluation mode, on tensors that offer it (finishes_conv), the same but for rounding.
    template <operand X>
    X normalised(context& ctx, const X& x, const batch_norm<T>& norm,
                 const normalise_end<X>& end = {}) const {
        if constexpr (std::same_as<X, T> && finishes_conv<T>)
            if (!ctx.training) {
                const normalised_end<T> last = norm.as_end(end);
                return finished(ctx, x, standing_value(ctx, *this), &last);
            }
        return norm.channels(ctx, (*this)(ctx, x), end);
    }

private:
    T finished(context& ctx, const T& x, const T* ready, const normalised_end<T>* end) const {
        return finished_conv(ctx, op::conv{over_, groups_}, x, weight.value, bias.value, ready,
                             end);
    }
    static shape extents(extent in, extent out, const window& over) {
        shape s{out, in};
        for (int i = 0; i < over.axes(); ++i) s.push_back(over[i].kernel);
        return s;
    }

    window over_{};
    extent groups_ = 1;
};

}  // namespace MGKIT_NAMESPACE::nn
