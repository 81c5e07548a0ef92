// SPDX-License-Identifier: MIT
// What a tensor computes in: float, double, or bfloat16 for products and activations.
#pragma once

#include <cstdint>
#include <cstring>

#include "mgkit/backend/cuda/function.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// The upper half of a float: 8 bits of exponent, 7 of mantissa; same layout as the device's type.
struct bf16 {
    std::uint16_t bits = 0;
};

/// Rounded to nearest, ties to even; NaN stays NaN.
MGKIT_HOST_DEVICE inline bf16 to_bf16(float x) {
#if defined(__CUDA_ARCH__)
    bf16 out;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(out.bits) : "f"(x));
    return out;
#else
    std::uint32_t u;
    memcpy(&u, &x, sizeof u);
    if (x != x) return {static_cast<std::uint16_t>((u >> 16) | 0x40u)};
    u += 0x7FFFu + ((u >> 16) & 1u);
    return {static_cast<std::uint16_t>(u >> 16)};
#endif
}
MGKIT_HOST_DEVICE inline float to_float(bf16 x) {
    const std::uint32_t u = static_cast<std::uint32_t>(x.bits) << 16;
    float out;
    memcpy(&out, &u, sizeof out);
    return out;
}

/// `scalar`: what kernels compute in and what the host sees. `operand`: what factors of matrix
/// products are rounded to, and activations kept in; products accumulate in `scalar`. `epsilon` is
/// the rounding of results.
template <class Compute>
struct compute_traits;
template <>
struct compute_traits<float> {
    using scalar = float;
    using operand = float;
    static constexpr const char* name = "float";
    static constexpr double epsilon = 0x1p-23;
};
template <>
struct compute_traits<double> {
    using scalar = double;
    using operand = double;
    static constexpr const char* name = "double";
    static constexpr double epsilon = 0x1p-52;
};
template <>
struct compute_traits<bf16> {
    using scalar = float;
    using operand = bf16;
    static constexpr const char* name = "bf16";
    static constexpr double epsilon = 0x1p-7;
};

}  // namespace MGKIT_NAMESPACE::cuda
