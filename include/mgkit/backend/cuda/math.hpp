// SPDX-License-Identifier: MIT
// Scalar functions of elementwise kernels, for host and device alike.
#pragma once

#include <cmath>

#include "mgkit/backend/cuda/function.hpp"
#include "mgkit/tensor/ops/layers.hpp"

namespace MGKIT_NAMESPACE::cuda {

struct plus {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S a, S b) const {
        return a + b;
    }
};
/// Two numbers that are added up together.
template <class S>
struct two {
    S first, second;
    MGKIT_HOST_DEVICE friend two operator+(const two& a, const two& b) {
        return {a.first + b.first, a.second + b.second};
    }
};
struct times {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S a, S b) const {
        return a * b;
    }
};
/// The first of two.
struct left {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S a, S) const {
        return a;
    }
};
struct exceeds {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S a, S b) const {
        return a > b ? S(1) : S(0);
    }
};
/// The larger one; NaN wins, so that it is not lost.
struct larger {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S a, S b) const {
        return b > a || b != b ? b : a;
    }
};
template <class S>
struct weigh {
    S a, b;
    MGKIT_HOST_DEVICE S operator()(S x, S y) const { return a * x + b * y; }
};
template <class S>
struct scale_shift {
    S scale, shift;
    MGKIT_HOST_DEVICE S operator()(S x) const { return scale * x + shift; }
};
struct exp_of {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S x) const {
        return std::exp(x);
    }
};
struct log_of {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S x) const {
        return std::log(x);
    }
};
struct rsqrt_of {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S x) const {
        return S(1) / std::sqrt(x);
    }
};
struct erf_of {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S x) const {
        return std::erf(x);
    }
};
struct tanh_of {
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S x) const {
        return std::tanh(x);
    }
};

/// activation(u); NaN stays NaN.
template <class S>
MGKIT_HOST_DEVICE inline S activated(activation act, S u) {
    if (act == activation::relu) return u > S(0) || u != u ? u : S(0);
    if (act == activation::gelu)
        return u * (S(0.5) + S(0.5) * std::erf(u * S(0.70710678118654752440)));
    return u;
}
/// d activation / du at u; for relu, u may be the result instead.
template <class S>
MGKIT_HOST_DEVICE inline S activation_slope(activation act, S u) {
    if (act == activation::relu) return u > S(0) ? S(1) : S(0);
    if (act == activation::gelu) {
        const S phi = S(0.39894228040143267794) * std::exp(S(-0.5) * u * u);
        return S(0.5) + S(0.5) * std::erf(u * S(0.70710678118654752440)) + u * phi;
    }
    return S(1);
}

struct activate {
    activation act;
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S u) const {
        return activated(act, u);
    }
};
/// dout where the slope is not 0: an infinite dout at slope 0 gives 0.
struct undo_activation {
    activation act;
    template <class S>
    MGKIT_HOST_DEVICE S operator()(S u, S dout) const {
        const S slope = activation_slope(act, u);
        return act == activation::relu && slope == S(0) ? S(0) : dout * slope;
    }
};

}  // namespace MGKIT_NAMESPACE::cuda
