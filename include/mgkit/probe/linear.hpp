// SPDX-License-Identifier: MIT
// Linear classification of frozen features.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/data/feature_table.hpp"
#include "mgkit/data/labels.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/probe/result.hpp"
#include "mgkit/tensor/ops/classifier.hpp"
#include "mgkit/tensor/repeated_step.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/schedule.hpp"
#include "mgkit/train/sgd.hpp"

namespace MGKIT_NAMESPACE::probe {

/// How a classifier is trained on fixed features.
template <class Optimiser, class Schedule>
struct classifier_settings {
    Optimiser optimiser{};
    Schedule schedule{};
    int epochs = 1;
    int batch = 0;     ///< rows per step, the last partial batch kept; 0 takes all rows
    double ridge = 0;  ///< adds ridge * W to the gradient of the weights (not of the bias)
    bool shuffle = true;
};

/// The reference's protocol: SGD, momentum .9, rate x .1 at 120 and 140 of 160 epochs, batch 512.
/// The reference reports the best of its evaluations on the test side; ours evaluates once, at the
/// end. Its rates: .006 (NTU-60 xsub, NTU-120), .03 (NTU-60 xview), .01 (PKU-II).
inline classifier_settings<train::sgd, train::step_schedule> reference_protocol(
    double rate = 0.006) {
    return {{.rate = rate, .momentum = 0.9}, {{120, 140}, 0.1}, 160, 512, 0, true};
}

/// Full-batch softmax regression: 300 Adam steps at 2e-3.
inline classifier_settings<train::adam, train::constant_schedule> softmax_regression(
    double ridge = 1e-3) {
    return {{.rate = 2e-3, .weight_decay = 0}, {}, 300, 0, ridge, false};
}

namespace detail {
/// Errors: features that are not as wide as the classifier's input.
template <tensor T, class F>
MGKIT_COLD void check_width(const std::string& where, const nn::linear<T>& fc,
                            const data::basic_feature_table<F>& features) {
    const extent width = shape_of(fc.weight.value)[1];
    if (static_cast<extent>(features.columns) != width)
        throw error(where, text("features of ", width, " columns, as the classifier was built for"),
                    text(features.columns));
}
}  // namespace detail

/// Trains `fc` on features [N, D] with labels by softmax cross-entropy; `on_epoch(epoch)` is called
/// after each epoch. Randomness: the shuffle of each epoch, keyed by `ctx.seed` and the epoch.
/// Errors: no rows, another width than the classifier's, labels that do not fit, a feature that is
/// not finite, settings below 1 epoch, batch 0 or ridge 0.
template <tensor T, class F, class Optimiser, class Schedule, class OnEpoch>
MGKIT_COLD void train_classifier(context& ctx, nn::linear<T>& fc,
                                 const data::basic_feature_table<F>& features,
                                 std::span<const int> labels,
                                 const classifier_settings<Optimiser, Schedule>& settings,
                                 OnEpoch&& on_epoch) {
    using S = typename backend_traits<T>::scalar;
    using X = variable<T>;
    const auto classes = static_cast<int>(shape_of(fc.weight.value)[0]);
    const std::string where = "probe::train_classifier";
    data::check(features, where);
    detail::check_width(where, fc, features);
    data::require_labels(where, features.rows, labels.size());
    metric::check_labels(where, "label", labels, classes);
    if (settings.epochs < 1 || settings.batch < 0 || !(settings.ridge >= 0))
        throw error(
            where, "one or more epochs, a batch and a ridge of 0 or more",
            text(settings.epochs, " epochs, batch ", settings.batch, ", ridge ", settings.ridge));

    const std::size_t batch =
        settings.batch > 0 ? std::min(static_cast<std::size_t>(settings.batch), features.rows)
                           : features.rows;
    const auto upload = [&](std::span<const int> rows) {
        using table = data::basic_feature_table<F>;
        const auto values = [](std::span<S> to, const table* from, std::span<const int> which) {
            for (std::size_t i = 0; i < which.size(); ++i) {
                const auto row = from->row(static_cast<std::size_t>(which[i]));
                std::copy(row.begin(), row.end(),
                          to.begin() + static_cast<std::ptrdiff_t>(i * from->columns));
            }
        };
        const auto truth = [](std::span<S> to, std::span<const int> all,
                              std::span<const int> which) {
            const std::size_t width = which.empty() ? 0 : to.size() / which.size();
            for (std::size_t i = 0; i < which.size(); ++i)
                to[i * width + static_cast<std::size_t>(all[static_cast<std::size_t>(which[i])])] =
                    1;
        };
        const auto n = static_cast<extent>(rows.size());
        return std::pair{step_values<T>(ctx, {n, static_cast<extent>(features.columns)}, values,
                                        &features, rows),
                         step_values<T>(ctx, {n, classes}, truth, labels, rows)};
    };

    std::vector<int> order(features.rows);
    std::iota(order.begin(), order.end(), 0);
    train::updater<T> update(ctx, fc, settings.optimiser);
    auto block = upload(std::span(order).first(batch));
    for (int epoch = 0; epoch < settings.epochs; ++epoch) {
        if (settings.shuffle) {
            random_stream draws(random_key{ctx.seed, static_cast<std::uint32_t>(epoch), 0, 0},
                                "probe::shuffle");
            for (std::size_t i = order.size(); i > 1; --i)
                std::swap(order[i - 1], order[draws.below(static_cast<std::uint32_t>(i))]);
        }
        const double rate = settings.optimiser.rate * settings.schedule(epoch, settings.epochs);
        for (std::size_t first = 0; first < features.rows; first += batch) {
            const std::size_t rows = std::min(batch, features.rows - first);
            if (settings.shuffle || batch != features.rows)
                block = upload(std::span(order).subspan(first, rows));
            const recording<T> record(ctx);
            const X loss = classifier_loss(ctx, X{block.first}, use<X>(fc.weight), use<X>(fc.bias),
                                           block.second);
            nn::zero_gradients(fc);
            backward(ctx, loss);
            if (settings.ridge > 0)
                fc.weight.slot.gradient =
                    add(ctx, fc.weight.slot.gradient, affine(ctx, fc.weight.value, settings.ridge));
            update.step(ctx, rate);
        }
        on_epoch(epoch);
    }
}

template <tensor T, class F, class Optimiser, class Schedule>
MGKIT_COLD void train_classifier(context& ctx, nn::linear<T>& fc,
                                 const data::basic_feature_table<F>& features,
                                 std::span<const int> labels,
                                 const classifier_settings<Optimiser, Schedule>& settings) {
    train_classifier(ctx, fc, features, labels, settings, [](int) {});
}

/// Class scores [N, classes] of features, in their precision. Errors: a table that is empty or of
/// another width than the classifier's.
template <tensor T, class F>
MGKIT_COLD std::vector<F> scores(context& ctx, nn::linear<T>& fc,
                                 const data::basic_feature_table<F>& features) {
    using S = typename backend_traits<T>::scalar;
    data::check(features, "probe::scores");
    detail::check_width("probe::scores", fc, features);
    const std::vector<S> values(features.values.begin(), features.values.end());
    const T out = fc(ctx, backend_traits<T>::from_host(ctx, values,
                                                       {static_cast<extent>(features.rows),
                                                        static_cast<extent>(features.columns)}));
    std::vector<S> host(static_cast<std::size_t>(shape_of(out).elements()));
    backend_traits<T>::to_host(ctx, out, host);
    return {host.begin(), host.end()};
}

/// Shifts and scales columns by the mean and deviation of the training side; columns that are
/// constant there become 0. Errors: an empty or infinite training side, tables of another width.
class standardiser {
public:
    explicit standardiser(const data::feature_table& train);
    data::feature_table operator()(data::feature_table features) const;

private:
    std::vector<double> mean_, scale_;
};

/// Softmax regression on standardised features; returns scores of the test rows.
template <tensor T>
MGKIT_COLD std::vector<float> fit_and_score(context& ctx, const data::feature_table& train,
                                            std::span<const int> labels,
                                            const data::feature_table& test, int classes,
                                            double ridge) {
    const standardiser scale(train);
    nn::linear<T> fc(nn::scope(ctx, "fc"), static_cast<extent>(train.columns), classes, 0.01);
    train_classifier(ctx, fc, scale(train), labels, softmax_regression(ridge));
    return scores(ctx, fc, scale(test));
}

/// Rows of a training side on which a setting is fitted and judged.
struct inner_fold {
    std::vector<int> train, test;
};

/// The ridge strength with the best mean accuracy over folds of the training side; the first of
/// equals. The test side plays no part.
/// Errors: no strengths or folds, a fold with an empty side, labels that do not fit the rows.
template <tensor T>
MGKIT_COLD double choose_ridge(context& ctx, const data::feature_table& train,
                               std::span<const int> labels, int classes,
                               std::span<const double> strengths,
                               std::span<const inner_fold> folds) {
    if (strengths.empty() || folds.empty())
        throw error("probe::choose_ridge", "strengths and folds to choose by",
                    text(strengths.size(), " strengths, ", folds.size(), " folds"));
    data::require_labels("probe::choose_ridge", train.rows, labels.size());
    for (std::size_t f = 0; f < folds.size(); ++f)
        if (folds[f].train.empty() || folds[f].test.empty())
            throw error(
                "probe::choose_ridge", "folds with rows on both sides",
                text(folds[f].train.size(), " and ", folds[f].test.size(), " rows in fold ", f));
    double best = strengths[0], best_accuracy = -1;
    for (const double ridge : strengths) {
        double correct = 0, count = 0;
        for (const inner_fold& fold : folds) {
            const auto fitted = train.subset(fold.train), judged = train.subset(fold.test);
            std::vector<int> fit_labels, held;
            for (const int i : fold.train)
                fit_labels.push_back(labels[static_cast<std::size_t>(i)]);
            for (const int i : fold.test) held.push_back(labels[static_cast<std::size_t>(i)]);
            const auto result = evaluate_scores(
                held, fit_and_score<T>(ctx, fitted, fit_labels, judged, classes, ridge), classes);
            correct += result.top1 * static_cast<double>(held.size());
            count += static_cast<double>(held.size());
        }
        if (correct / count > best_accuracy) {
            best_accuracy = correct / count;
            best = ridge;
        }
    }
    return best;
}

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/linear-inl.hpp"
#endif
