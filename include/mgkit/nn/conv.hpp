// SPDX-License-Identifier: MIT
// Convolution layers.
#pragma once

#include <cmath>

#include "mgkit/nn/module.hpp"
#include "mgkit/tensor/ops/conv.hpp"

namespace MGKIT_NAMESPACE::nn {

/// Convolution with bias along one to three axes, x [N, D1, .., Dk, in] -> [N, O1, .., Ok, out];
/// the weight is kept as PyTorch keeps it, [out, in / groups, K1, .., Kk]. Initial values: normal
/// with deviation sqrt(2 / (out * taps)) (Kaiming, fan-out) unless stated, bias 0.
template <model_tensor T>
struct conv {
    parameter<T> weight, bias;

    conv() = default;
    conv(const scope& at, extent in, extent out, const window& over, double deviation = 0,
         extent groups = 1)
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

    template <operand X>
    X operator()(context& ctx, const X& x) const {
        return mgkit::conv(ctx, x, use<X>(weight), use<X>(bias), over_, groups_);
    }

private:
    static shape extents(extent in, extent out, const window& over) {
        shape s{out, in};
        for (int i = 0; i < over.axes(); ++i) s.push_back(over[i].kernel);
        return s;
    }

    window over_{};
    extent groups_ = 1;
};

}  // namespace MGKIT_NAMESPACE::nn
