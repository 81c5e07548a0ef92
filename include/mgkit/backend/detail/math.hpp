// SPDX-License-Identifier: MIT
// Scalar functions in a form that compilers vectorise, and sums whose order does not depend on the
// compiler's vector width.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "mgkit/tensor/shape.hpp"

namespace MGKIT_NAMESPACE::eigen::detail {

/// exp(x). Float: range reduction to [-ln2/2, ln2/2] and a degree-6 Taylor polynomial (relative
/// error below 2e-7, saturating outside [-87.3, 88.3]); double: the standard library's.
template <class S>
inline S fast_exp(S x) {
    if constexpr (std::is_same_v<S, float>) {
        constexpr float round_to_int = 12582912.0f;  // 1.5 * 2^23: adding it rounds to integer
        x = x < -87.3f ? -87.3f : x;
        x = x > 88.3f ? 88.3f : x;
        const float shifted = x * 1.44269504088896341f + round_to_int;
        const float n = shifted - round_to_int;
        const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
        float p = 1.0f / 720.0f;
        p = p * r + 1.0f / 120.0f;
        p = p * r + 1.0f / 24.0f;
        p = p * r + 1.0f / 6.0f;
        p = p * r + 0.5f;
        p = p * r + 1.0f;
        p = p * r + 1.0f;
        const auto exponent =
            std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(round_to_int);
        return p * std::bit_cast<float>((exponent + 127) << 23);
    } else {
        return std::exp(x);
    }
}

/// erf(x). Float: x P(x^2) / Q(x^2), fitted by reweighted least squares on [0, 3.93] (error 1.6e-9
/// before rounding, 4e-7 in float); double: the standard library's.
template <class S>
inline S fast_erf(S x) {
    if constexpr (std::is_same_v<S, float>) {
        x = x < -3.93f ? -3.93f : x;
        x = x > 3.93f ? 3.93f : x;
        const float u = x * x;
        float p = -1.3492009800814296e-08f;
        p = p * u + 4.747429684754419e-06f;
        p = p * u + 3.8152675718413704e-04f;
        p = p * u + 3.837425565790503e-03f;
        p = p * u + 5.430917730912015e-02f;
        p = p * u + 1.847416404412204e-01f;
        p = p * u + 1.1283791789777795f;
        float q = 6.37009420626436e-05f;
        q = q * u + 1.3076239309640042e-03f;
        q = q * u + 1.5444923476031464e-02f;
        q = q * u + 1.138148815891378e-01f;
        q = q * u + 4.9705653295086416e-01f;
        q = q * u + 1.0f;
        return x * p / q;
    } else {
        return std::erf(x);
    }
}

/// tanh(x). Float: x P(x^2) / Q(x^2) of degrees 13 and 6 on [-7.9, 7.9], a few roundings (Eigen's
/// coefficients); double: the standard library's.
template <class S>
inline S fast_tanh(S x) {
    if constexpr (std::is_same_v<S, float>) {
        x = x < -7.90531110763549805f ? -7.90531110763549805f : x;
        x = x > 7.90531110763549805f ? 7.90531110763549805f : x;
        const float u = x * x;
        float p = -2.76076847742355e-16f;
        p = p * u + 2.00018790482477e-13f;
        p = p * u - 8.60467152213735e-11f;
        p = p * u + 5.12229709037114e-08f;
        p = p * u + 1.48572235717979e-05f;
        p = p * u + 6.37261928875436e-04f;
        p = p * u + 4.89352455891786e-03f;
        float q = 1.19825839466702e-06f;
        q = q * u + 1.18534705686654e-04f;
        q = q * u + 2.26843463243900e-03f;
        q = q * u + 4.89352518554385e-03f;
        return x * p / q;
    } else {
        return std::tanh(x);
    }
}

template <class S>
inline S gelu(S x) {
    return x * (S(0.5) + S(0.5) * fast_erf(x * S(0.70710678118654752440)));
}

/// d gelu / dx = Phi(x) + x phi(x).
template <class S>
inline S gelu_slope(S x) {
    const S phi = S(0.39894228040143267794) * fast_exp(S(-0.5) * x * x);
    return S(0.5) + S(0.5) * fast_erf(x * S(0.70710678118654752440)) + x * phi;
}

/// Sum of f(i) for i in [0, count), in 16 interleaved partial sums added in a fixed order.
template <class S, class F>
inline S ordered_sum(extent count, F&& f) {
    constexpr extent lanes = 16;
    S partial[lanes] = {};
    extent i = 0;
    for (; i + lanes <= count; i += lanes)
        for (extent l = 0; l < lanes; ++l) partial[l] += f(i + l);
    for (extent l = 0; i < count; ++i, ++l) partial[l] += f(i);
    for (extent step = lanes / 2; step > 0; step /= 2)
        for (extent l = 0; l < step; ++l) partial[l] += partial[l + step];
    return partial[0];
}

/// Largest of f(i), count > 0; NaN wins over everything so that it is not lost.
template <class S, class F>
inline S ordered_max(extent count, F&& f) {
    constexpr extent lanes = 16;
    S best[lanes];
    for (extent l = 0; l < lanes; ++l) best[l] = f(l < count ? l : 0);
    const auto larger = [](S a, S b) { return b > a || b != b ? b : a; };
    extent i = lanes;
    for (; i + lanes <= count; i += lanes)
        for (extent l = 0; l < lanes; ++l) best[l] = larger(best[l], f(i + l));
    for (extent l = 0; i < count; ++i, ++l) best[l] = larger(best[l], f(i));
    for (extent step = lanes / 2; step > 0; step /= 2)
        for (extent l = 0; l < step; ++l) best[l] = larger(best[l], best[l + step]);
    return best[0];
}

}  // namespace MGKIT_NAMESPACE::eigen::detail
