// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/result.hpp"

#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/metric/accuracy.hpp"
#include "mgkit/metric/class_mean.hpp"
#include "mgkit/metric/top_k.hpp"

namespace MGKIT_NAMESPACE::probe {

MGKIT_COLD_INLINE evaluation evaluate(std::vector<int> truth, std::vector<int> predicted,
                                      int classes, std::vector<float> scores) {
    evaluation e;
    e.truth = std::move(truth);
    e.predicted = std::move(predicted);
    e.scores = std::move(scores);
    e.classes = classes;
    if (e.predicted.size() != e.truth.size())
        throw error("probe::evaluate", text(e.truth.size(), " predictions, one per clip"),
                    text(e.predicted.size()));
    e.confusion = metric::confusion(e.view());
    e.top1 = metric::accuracy{}(e.view());
    e.class_mean = metric::class_mean{}(e.confusion);
    if (!e.scores.empty()) e.top5 = metric::top_k<5>{}(e.view());
    return e;
}

MGKIT_COLD_INLINE evaluation evaluate_scores(std::vector<int> truth, std::vector<float> scores,
                                             int classes) {
    metric::check_scores("probe::evaluate_scores", scores, truth.size(), classes);
    std::vector<int> predicted = metric::best_class(scores, classes);
    return evaluate(std::move(truth), std::move(predicted), classes, std::move(scores));
}

}  // namespace MGKIT_NAMESPACE::probe
