// SPDX-License-Identifier: MIT
// Draws that are equal bits under every compiler, and the check of settings before them.
// infrastructure: what stages draw with
#pragma once

#include <string_view>

#include "mgkit/augment/index_set.hpp"
#include "mgkit/core/random.hpp"

namespace MGKIT_NAMESPACE::augment {

/// `count` of the integers in [first, first + size), without replacement, every subset equally
/// likely. Integer arithmetic only; `count` draws (Floyd's algorithm).
index_set draw_subset(random_stream& stream, int first, int size, int count);

/// Uniform in [low, high), identical on every compiler: the width is rounded to float, so that its
/// product with a 24-bit uniform is exact and a fused multiply-add changes nothing.
inline double draw_between(random_stream& stream, double low, double high) {
    return low + static_cast<double>(static_cast<float>(high - low)) * stream.uniform();
}

/// Uniform in [-bound, bound).
inline double draw_within(random_stream& stream, double bound) {
    return bound * (2 * stream.uniform() - 1);
}

namespace detail {

/// Refuses a setting outside [low, high] (and NaN).
void check_setting(std::string_view stage, std::string_view setting, double value, double low,
                   double high);

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/draws-inl.hpp"
#endif
