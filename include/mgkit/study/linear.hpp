// SPDX-License-Identifier: MIT
// What probes make of features: a linear one whose ridge people of the training side choose, or as
// contrastive work reports it, and nearest neighbours.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "mgkit/core/context.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/probe/linear.hpp"
#include "mgkit/probe/neighbours.hpp"
#include "mgkit/probe/sgd_linear.hpp"
#include "mgkit/study/classes.hpp"
#include "mgkit/study/fold.hpp"

namespace MGKIT_NAMESPACE::study {

struct ridge_settings {
    /// Candidates; the first of equals is taken, and of all where one person trains.
    std::vector<double> strengths = {1e-3, 1e-4, 1e-2, 1e-1};
    int folds = 3;  ///< of the training people; fewer where there are fewer
};

/// A linear probe's answers on the test side, and the strength that the training side chose.
struct linear_answer {
    probe::evaluation scores;
    double ridge = 0;
};

/// The strength that is best on average over folds of whole people of the training side, each of
/// whom is judged by what the others fit. The test side plays no part: neither its clips nor how
/// many classes are named.
/// `labels` are the training side's, or others of as many clips. Randomness: initial weights, by
/// `ctx.seed`. Cost: folds x strengths regressions. Errors: as probe::choose_ridge.
template <tensor T>
double choose_ridge(context& ctx, const fold& at, const data::feature_table& train,
                    std::span<const int> labels, const ridge_settings& settings = {}) {
    if (settings.strengths.empty())
        throw error("study::choose_ridge", "one or more strengths", "none");
    const auto people =
        static_cast<int>(data::subjects_of(at.train, data::all_of(at.train)).size());
    if (people < 2) return settings.strengths.front();
    std::vector<probe::inner_fold> folds;
    for (auto& inner : data::subject_folds(at.train, std::min(settings.folds, people)))
        folds.push_back({std::move(inner.train), std::move(inner.test)});
    const trained_classes trained(labels);
    return probe::choose_ridge<T>(ctx, train, trained.labels, trained.count(), settings.strengths,
                                  folds);
}

/// Softmax regression on standardised features of the training side, over the classes that it has,
/// with the ridge of `choose_ridge`; scores of the test side over all classes.
/// Randomness, cost and errors: as choose_ridge, and one regression more.
template <tensor T>
linear_answer linear_probe(context& ctx, const fold& at, const fold_features& features,
                           std::span<const int> labels, const ridge_settings& settings = {}) {
    linear_answer out;
    out.ridge = choose_ridge<T>(ctx, at, features.train, labels, settings);
    const trained_classes trained(labels);
    const auto scores = probe::fit_and_score<T>(ctx, features.train, trained.labels, features.test,
                                                trained.count(), out.ridge);
    out.scores =
        probe::evaluate_scores(at.test.labels, trained.widened(scores, at.classes()), at.classes());
    return out;
}
template <tensor T>
linear_answer linear_probe(context& ctx, const fold& at, const fold_features& features,
                           const ridge_settings& settings = {}) {
    return linear_probe<T>(ctx, at, features, at.train.labels, settings);
}

/// The linear evaluation of contrastive work (probe::sgd_linear) over the classes of the training
/// side; scores of the test side over all classes. Randomness, cost and errors: as there.
template <tensor T>
probe::evaluation sgd_linear_probe(context& ctx, const fold& at, const fold_features& features,
                                   std::span<const int> labels,
                                   const probe::sgd_linear_settings& settings = {}) {
    const trained_classes trained(labels);
    const auto scores = probe::sgd_linear<T>(ctx, features.train, trained.labels, features.test,
                                             trained.count(), settings);
    return probe::evaluate_scores(at.test.labels, trained.widened(scores, at.classes()),
                                  at.classes());
}

/// Which linear probe reads features; by default the one whose ridge the training side chooses.
using linear_choice = std::variant<ridge_settings, probe::sgd_linear_settings>;

/// 1-NN by cosine and top-5 retrieval of the test side among the training side (probe::retrieve).
template <tensor T>
probe::evaluation retrieve(context& ctx, const fold& at, const fold_features& features,
                           std::span<const int> labels) {
    return probe::retrieve<T>(ctx, features.train, labels, features.test, at.test.labels,
                              at.classes());
}

}  // namespace MGKIT_NAMESPACE::study
