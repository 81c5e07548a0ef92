// SPDX-License-Identifier: MIT
// The linear evaluation that contrastive work on skeletons reports.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mgkit/probe/linear.hpp"

namespace MGKIT_NAMESPACE::probe {

/// One linear layer trained by SGD; the defaults are the paper's, but for the batch, which is to be
/// stated with a figure: 128 is what AimCLR's code takes (at a rate of 3).
struct sgd_linear_settings {
    double rate = 0.1, momentum = 0.9, weight_decay = 0;
    int epochs = 100;
    std::vector<int> milestones = {50, 80};  ///< epochs, from 0, from each of which on the rate
    double factor = 0.1;                     ///< is multiplied by this
    int batch = 128;          ///< rows per step, the last partial batch kept; 0 takes all rows
    double deviation = 0.01;  ///< of the layer's first weights, normal around 0; its biases are 0

    /// The same as train_classifier reads it. Each epoch is shuffled.
    classifier_settings<train::sgd, train::step_schedule> protocol() const {
        return {{.rate = rate, .momentum = momentum, .weight_decay = weight_decay},
                {milestones, factor},
                epochs,
                batch,
                0,
                true};
    }
};

namespace detail {

/// Errors: a setting outside of its range.
void check_sgd_linear(const std::string& where, const sgd_linear_settings& settings);

}  // namespace detail

/// Linear evaluation: a new layer is trained on the features [N, D] of the training side by
/// softmax cross-entropy, and the test side is scored once, after the last epoch; returns scores
/// [test rows, classes], for evaluate_scores.
///
/// The features are those of a frozen encoder in inference mode, without its head, of clips without
/// augmentation. They are read as they are: that nothing standardises them is the paper's reading,
/// and the rate means something else for features of another size. fit_and_score does not mind.
///
/// Randomness: the layer's first weights and the order of each epoch, by `ctx.seed`; the bits do
/// not depend on the number of threads. Cost: epochs x N x D x classes multiply-adds, three times.
/// Errors, all before training: no rows, features that are not finite, sides of different width,
/// labels that do not fit, no class, settings out of their range.
/// Source: linear evaluation of dual-stream micro-gesture learning; the first weights are those of
/// skeleton-contrast (ISC).
template <tensor T, class F>
MGKIT_COLD std::vector<F> sgd_linear(context& ctx, const data::basic_feature_table<F>& train,
                                     std::span<const int> labels,
                                     const data::basic_feature_table<F>& test, int classes,
                                     const sgd_linear_settings& settings = {}) {
    const std::string where = "probe::sgd_linear";
    data::check(train, where);
    data::check(test, where);
    if (test.columns != train.columns)
        throw error(where, text("test features of ", train.columns, " columns, as in training"),
                    text(test.columns));
    if (classes < 1) throw error(where, "at least one class", text(classes));
    detail::check_sgd_linear(where, settings);
    nn::linear<T> fc(nn::scope(ctx, "fc"), static_cast<extent>(train.columns), classes,
                     settings.deviation);
    train_classifier(ctx, fc, train, labels, settings.protocol());
    return scores(ctx, fc, test);
}

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/sgd_linear-inl.hpp"
#endif
