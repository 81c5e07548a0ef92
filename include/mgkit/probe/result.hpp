// SPDX-License-Identifier: MIT
// What a probe or baseline says about one test set, in the form every report reads.
#pragma once

#include <optional>
#include <vector>

#include "mgkit/metric/confusion.hpp"
#include "mgkit/metric/prediction.hpp"

namespace MGKIT_NAMESPACE::probe {

/// Answers of one system on N test clips, with the usual figures. Built by `evaluate`.
struct evaluation {
    std::vector<int> truth;      ///< N classes in [0, classes)
    std::vector<int> predicted;  ///< N
    std::vector<float> scores;   ///< N x classes row-major; empty where a system only names a class
    int classes = 0;
    double top1 = 0;
    std::optional<double> top5;  ///< needs scores
    double class_mean = 0;
    metric::confusion_matrix confusion;

    metric::predictions view() const { return {truth, predicted, scores, classes}; }
    /// 1 per clip answered correctly, else 0.
    std::vector<double> hits() const { return metric::hits(view()); }
};

/// Figures of given answers. `scores`, where given, are N x classes and may rank differently from
/// `predicted` (a voting k-NN): top1 and the confusion matrix follow `predicted`, top5 the scores.
/// Errors: no clips, lengths that differ, labels out of range, NaN scores.
evaluation evaluate(std::vector<int> truth, std::vector<int> predicted, int classes,
                    std::vector<float> scores = {});

/// Figures of scores [N, classes]: the best class answers, ties to the lowest index.
evaluation evaluate_scores(std::vector<int> truth, std::vector<float> scores, int classes);

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/result-inl.hpp"
#endif
