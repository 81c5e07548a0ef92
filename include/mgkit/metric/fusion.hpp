// SPDX-License-Identifier: MIT
// Late fusion: one score table from several streams (joint, bone, motion).
#pragma once

#include <span>
#include <vector>

#include "mgkit/metric/prediction.hpp"

namespace MGKIT_NAMESPACE::metric {

/// What is summed: the scores as they are (the reference's way), or class probabilities, which
/// makes streams whose scores differ in size count equally.
enum class fusion_rule { scores, softmax };

/// Softmax of each row of `scores` [N, classes]; finite scores only.
std::vector<float> softmax_rows(std::span<const float> scores, int classes);
std::vector<double> softmax_rows(std::span<const double> scores, int classes);

/// Weighted sum of the score tables of several streams, each [N, classes] of the same clips in the
/// same order. Sums in double, in stream order. No weights means weights of 1: by default the sum
/// of the streams' probabilities, the rule of dual-stream micro-gesture learning. Errors: no
/// stream, tables of different size, NaN or infinite scores, weights that are not one finite number
/// per stream.
std::vector<float> fuse(std::span<const std::vector<float>> streams, int classes,
                        std::span<const double> weights = {},
                        fusion_rule rule = fusion_rule::softmax);
std::vector<double> fuse(std::span<const std::vector<double>> streams, int classes,
                         std::span<const double> weights = {},
                         fusion_rule rule = fusion_rule::softmax);

}  // namespace MGKIT_NAMESPACE::metric

#if !defined(MGKIT_COMPILED)
#include "mgkit/metric/fusion-inl.hpp"
#endif
