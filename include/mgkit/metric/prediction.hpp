// SPDX-License-Identifier: MIT
// What every metric reads: true and predicted classes, and scores where a metric ranks classes.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::metric {

/// A view of one system's answers on N clips. It owns nothing; the spans must outlive it.
struct predictions {
    std::span<const int> truth;      ///< N classes in [0, classes)
    std::span<const int> predicted;  ///< N classes, or empty: then the best score decides
    std::span<const float> scores;   ///< N x classes row-major, or empty; larger is better
    int classes = 0;
};

/// A number computed from predictions; larger is better. `name` is the key in results.
template <class M>
concept metric = std::default_initializable<M> && requires(const M& m, const predictions& p) {
    { m(p) } -> std::convertible_to<double>;
    { M::name } -> std::convertible_to<std::string_view>;
};

/// Throws unless every entry of `labels` is a class in [0, classes); names the first that is not.
void check_labels(std::string_view where, std::string_view what, std::span<const int> labels,
                  int classes);

/// Throws unless `scores` is N x classes without NaN. Infinities rank like any other number.
void check_scores(std::string_view where, std::span<const float> scores, std::size_t n,
                  int classes);
void check_scores(std::string_view where, std::span<const double> scores, std::size_t n,
                  int classes);

/// Best class of each row of `scores` [N, classes]. Ties go to the lowest class index, always.
std::vector<int> best_class(std::span<const float> scores, int classes);

/// The predicted classes of checked predictions: as given, or the best scores.
/// Errors: no clips, no answers, lengths that differ, classes out of range, NaN scores.
std::vector<int> answers(std::string_view where, const predictions& p);

/// 1 where clip i is answered correctly, else 0: what intervals over subjects are computed from.
std::vector<double> hits(const predictions& p);

}  // namespace MGKIT_NAMESPACE::metric

#if !defined(MGKIT_COMPILED)
#include "mgkit/metric/prediction-inl.hpp"
#endif
