// SPDX-License-Identifier: MIT
// Every probe on any backend, compared answer by answer with the reference's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/metric/prediction.hpp"
#include "mgkit/probe/linear.hpp"
#include "mgkit/probe/neighbours.hpp"
#include "mgkit/testing/training.hpp"

namespace MGKIT_NAMESPACE::testing {

namespace detail {

struct labelled_rows {
    data::feature_table features;
    std::vector<int> labels;

    data::basic_feature_table<double> in_double() const {
        return {features.rows, features.columns, {features.values.begin(), features.values.end()}};
    }
};

/// Rows of `classes` clouds that overlap a little, in columns of different units.
inline labelled_rows overlapping_clouds(std::uint32_t number, std::size_t rows) {
    constexpr std::size_t columns = 9;
    random_stream draws(random_key{.seed = 7, .clip = number}, "clouds");
    labelled_rows out{{rows, columns, {}}, {}};
    for (std::size_t i = 0; i < rows; ++i) {
        out.labels.push_back(static_cast<int>(i % 4));
        for (std::size_t j = 0; j < columns; ++j)
            out.features.values.push_back(static_cast<float>(
                (draws.normal() + (j == i % 4 ? 2.5 : 0)) * (j % 2 == 0 ? 1 : 0.25)));
    }
    return out;
}

/// Mean softmax cross-entropy of class scores, in double.
inline double mean_cross_entropy(const std::vector<double>& scores,
                                 const std::vector<int>& labels) {
    const std::size_t classes = scores.size() / labels.size();
    double total = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        double sum = 0;
        for (std::size_t c = 0; c < classes; ++c) sum += std::exp(scores[i * classes + c]);
        total += std::log(sum) - scores[i * classes + static_cast<std::size_t>(labels[i])];
    }
    return total / static_cast<double>(labels.size());
}

/// What the probes say on one tensor type.
struct probe_answers {
    std::vector<double> losses;  ///< of a classifier before and after each epoch
    std::vector<double> epoch_scores, regression_scores;
    std::vector<int> epoch_classes, regression_classes;
    double ridge = 0;
    probe::neighbours all, in_blocks;  ///< the whole gallery; the nearest five
    std::vector<int> votes;
    probe::evaluation retrieval;
};

/// By how much the true cosines of the neighbours found differ from those of the true neighbours,
/// rank by rank: 0 for the same rows. `truth` ranks a whole gallery.
inline double apart_by(const probe::neighbours& found, const probe::neighbours& truth) {
    double most = 0;
    for (std::size_t q = 0; q < truth.queries; ++q) {
        std::vector<double> cosine(truth.k);
        for (std::size_t j = 0; j < truth.k; ++j)
            cosine[static_cast<std::size_t>(truth.of(q)[j])] = truth.cosine[q * truth.k + j];
        for (std::size_t j = 0; j < found.k; ++j)
            most = std::max(most, std::abs(cosine.at(static_cast<std::size_t>(found.of(q)[j])) -
                                           truth.cosine[q * truth.k + j]));
    }
    return most;
}

template <tensor T>
probe_answers answers_of_probes(context& ctx) {
    constexpr int classes = 4;
    constexpr std::size_t k = 5;
    const labelled_rows train = overlapping_clouds(1, 70), test = overlapping_clouds(2, 50);
    const auto rows = train.in_double(), asked = test.in_double();
    probe_answers out;

    auto protocol = probe::reference_protocol(0.05);
    protocol.epochs = 9;
    protocol.batch = 32;
    protocol.schedule = {{6, 8}, 0.1};
    nn::linear<T> fc(nn::scope(ctx, "fc"), static_cast<extent>(train.features.columns), classes,
                     0.3);
    const auto enter_loss = [&] {
        out.losses.push_back(mean_cross_entropy(probe::scores(ctx, fc, rows), train.labels));
    };
    enter_loss();
    probe::train_classifier(ctx, fc, rows, train.labels, protocol, [&](int) { enter_loss(); });
    out.epoch_scores = probe::scores(ctx, fc, asked);
    out.epoch_classes = metric::best_class(
        std::vector<float>(out.epoch_scores.begin(), out.epoch_scores.end()), classes);

    const auto fitted =
        probe::fit_and_score<T>(ctx, train.features, train.labels, test.features, classes, 1e-2);
    out.regression_scores.assign(fitted.begin(), fitted.end());
    out.regression_classes = metric::best_class(fitted, classes);
    std::vector<probe::inner_fold> folds(2);
    for (int i = 0; i < static_cast<int>(train.features.rows); ++i)
        for (int f = 0; f < 2; ++f)
            (i / 4 % 2 == f ? folds[static_cast<std::size_t>(f)].test
                            : folds[static_cast<std::size_t>(f)].train)
                .push_back(i);
    out.ridge = probe::choose_ridge<T>(ctx, train.features, train.labels, classes,
                                       std::vector<double>{10, 1e-3, 0.1}, folds);

    out.all = probe::nearest<T>(ctx, rows, asked, rows.rows);
    std::size_t given = 0;
    out.in_blocks = probe::nearest<T>(
        ctx,
        [&]() -> std::optional<data::basic_feature_table<double>> {
            std::vector<int> next;
            for (; given < rows.rows && next.size() < 33; ++given)
                next.push_back(static_cast<int>(given));
            if (next.empty()) return {};
            return rows.subset(next);
        },
        asked, k);
    out.votes = probe::vote(out.all, train.labels, classes, k);
    out.retrieval =
        probe::retrieve<T>(ctx, train.features, train.labels, test.features, test.labels, classes);
    return out;
}

}  // namespace detail

/// Trains a classifier by the reference's protocol and by softmax regression, chooses a ridge,
/// searches neighbours at once and in blocks, votes and retrieves; 70 rows against 50, 4 classes.
/// Losses and scores are held to the bounds of a training (`first` where nothing was trained);
/// predictions are the reference's. Cosines are held to the first loss's bound of the scalar, also
/// where products are coarser, since a search is exact; neighbours are the reference's where its
/// cosines differ by more. One thread and several give the same bits.
template <tensor T>
conformance_report probe_conformance(const conformance_options& options = {},
                                     const training_bounds& bounds = training_bounds_of<T>()) {
    conformance_report report;
    context own{.seed = 3}, other{.seed = 3, .threads = options.threads}, plain{.seed = 3};
    const auto want = detail::answers_of_probes<reference>(plain);
    const auto got = detail::answers_of_probes<T>(own);
    {
        detail::ledger laws(report, "probes", "classifier");
        for (std::size_t i = 0; i < want.losses.size(); ++i)
            laws.measure(i == 0 ? "first loss" : "losses",
                         std::abs(got.losses[i] - want.losses[i]) / want.losses[i],
                         i == 0 ? bounds.first : bounds.last, text("epoch ", i));
        laws.measure("scores", detail::difference(got.epoch_scores, want.epoch_scores), bounds.last,
                     "test rows");
        laws.require("predictions", got.epoch_classes == want.epoch_classes, "test rows",
                     "other classes than the reference's");
    }
    {
        detail::ledger laws(report, "probes", "softmax regression");
        laws.measure("scores", detail::difference(got.regression_scores, want.regression_scores),
                     bounds.last, "test rows");
        laws.require("predictions", got.regression_classes == want.regression_classes, "test rows",
                     "other classes than the reference's");
        laws.require("choice", got.ridge == want.ridge, "choose_ridge",
                     text("a ridge of ", got.ridge, ", the reference's is ", want.ridge));
    }
    {
        detail::ledger laws(report, "probes", "neighbours");
        // Nine products of unit vectors, held to what first losses are held to.
        const double exact =
            sizeof(typename backend_traits<T>::scalar) < sizeof(double) ? 1e-5 : 1e-7;
        laws.measure("cosines", detail::difference(got.all.cosine, want.all.cosine), exact,
                     "whole gallery");
        laws.measure("neighbours", detail::apart_by(got.all, want.all), exact, "whole gallery");
        laws.measure("neighbours", detail::apart_by(got.in_blocks, want.all), exact,
                     "gallery in blocks");
        laws.require("predictions",
                     got.votes == want.votes &&
                         got.retrieval.predicted == want.retrieval.predicted &&
                         got.retrieval.top5 == want.retrieval.top5,
                     "test rows", "other classes than the reference's");
    }
    if (options.deterministic) {
        detail::ledger laws(report, "probes", "all");
        const auto again = detail::answers_of_probes<T>(other);
        laws.require("determinism",
                     detail::same_values(got.losses, again.losses) &&
                         detail::same_values(got.epoch_scores, again.epoch_scores) &&
                         detail::same_values(got.regression_scores, again.regression_scores) &&
                         detail::same_values(got.all.cosine, again.all.cosine) &&
                         got.all.index == again.all.index,
                     "70 rows", text("other bits on ", options.threads, " threads"));
    }
    return report;
}

}  // namespace MGKIT_NAMESPACE::testing
