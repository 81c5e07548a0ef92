// SPDX-License-Identifier: MIT
// The systems that studies compare: plain baselines, and probes of whatever makes features.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mgkit/encode/clip_input.hpp"
#include "mgkit/probe/baseline.hpp"
#include "mgkit/study/linear.hpp"
#include "mgkit/study/protocol.hpp"

namespace MGKIT_NAMESPACE::study {

/// Clips as baselines take them; valid as long as the set.
std::vector<probe::clip_view> views(const data::clip_set& clips);

/// An encoder's input itself, as features. Cost: one pass over the clips.
data::feature_table input_features(const data::clip_set& clips, const encode::clip_input& input,
                                   int threads = 1);

/// 1-NN and linear probe on features; `labels` are the training side's, or others to learn from.
/// Randomness: none but the weights that every probe starts from and, of sgd_linear, its orders:
/// those of seed 0.
template <tensor T>
answer probed(const fold& at, const fold_features& features, std::span<const int> labels,
              int threads = 1, const linear_choice& how = {}) {
    context ctx{.threads = threads};
    answer out;
    out.knn = retrieve<T>(ctx, at, features, labels);
    if (const auto* sgd = std::get_if<probe::sgd_linear_settings>(&how)) {
        out.linear = sgd_linear_probe<T>(ctx, at, features, labels, *sgd);
        return out;
    }
    auto linear = linear_probe<T>(ctx, at, features, labels, std::get<ridge_settings>(how));
    out.linear = std::move(linear.scores);
    out.chosen.push_back({"ridge", text(linear.ridge)});
    return out;
}

/// What rows with this linear probe are made of beside their features: nothing for the default, so
/// that they stay those of before there was a choice.
recipe linear_parts(const linear_choice& how);

/// `made_of` and `linear_parts`. Empty where both are.
parts_maker with_linear(parts_maker made_of, const linear_choice& how);

/// 1-NN and retrieval alone.
template <tensor T>
answer searched(const fold& at, const fold_features& features, int threads = 1) {
    context ctx{.threads = threads};
    return {.knn = retrieve<T>(ctx, at, features, at.train.labels)};
}

/// A maker that gives what it made last as long as it is asked for the same task, for systems that
/// share features. Copies share what is remembered; one thread at a time.
feature_maker remembered(feature_maker make);

/// A maker of an encoder's input itself; `input_of(stream)` says how clips enter the encoder.
feature_maker from_input(std::function<encode::clip_input(const std::string&)> input_of,
                         int threads = 1);

/// What rows of `from_input` are made of.
parts_maker input_parts(std::function<encode::clip_input(const std::string&)> input_of);

/// The most frequent class of the training side.
system majority_system();

/// Both probes on features of any maker; `made_of` says all that the features depend on beside the
/// fold.
template <tensor T>
system probed_system(feature_kind kind, feature_maker make, parts_maker made_of, int threads = 1,
                     std::vector<std::uint64_t> seeds = {0}, const linear_choice& how = {}) {
    return {.kind = kind,
            .run =
                [make = std::move(make), threads, how](const task& t) {
                    return probed<T>(t.at, make(t), t.at.train.labels, threads, how);
                },
            .made_of = with_linear(std::move(made_of), how),
            .seeds = std::move(seeds)};
}

/// 1-NN and retrieval alone; otherwise as probed_system.
template <tensor T>
system searched_system(feature_kind kind, feature_maker make, parts_maker made_of, int threads = 1,
                       std::vector<std::uint64_t> seeds = {0}) {
    return {.kind = kind,
            .run = [make = std::move(make),
                    threads](const task& t) { return searched<T>(t.at, make(t), threads); },
            .made_of = std::move(made_of),
            .seeds = std::move(seeds)};
}

/// Both probes, learning from the training labels in random order (probe::shuffled_labels, by the
/// task's seed): what they find is chance, or the protocol leaks.
template <tensor T>
system shuffled_system(feature_maker make, parts_maker made_of, int threads = 1,
                       std::vector<std::uint64_t> seeds = {0}, const linear_choice& how = {}) {
    return {.kind = feature_kind::shuffled,
            .run =
                [make = std::move(make), threads, how](const task& t) {
                    return probed<T>(t.at, make(t),
                                     probe::shuffled_labels(t.at.train.labels, random_key{t.seed}),
                                     threads, how);
                },
            .made_of = with_linear(std::move(made_of), how),
            .seeds = std::move(seeds)};
}

/// Both probes on mean, deviation and speed of each joint, which no stream changes: they answer in
/// the stream "joint" only.
template <tensor T>
system summary_system(int threads = 1, const linear_choice& how = {}) {
    system out = probed_system<T>(
        feature_kind::summary,
        [](const task& t) {
            return fold_features{probe::summary_features(views(t.at.train)),
                                 probe::summary_features(views(t.at.test))};
        },
        {}, threads, {0}, how);
    out.streams = {"joint"};
    return out;
}

/// Both probes on an encoder's input.
template <tensor T>
system raw_system(std::function<encode::clip_input(const std::string&)> input_of, int threads = 1,
                  const linear_choice& how = {}) {
    return probed_system<T>(feature_kind::raw, from_input(input_of, threads), input_parts(input_of),
                            threads, {0}, how);
}

/// 1-NN under dynamic time warping of the clips themselves; in the stream "joint" only.
system dtw_system(int threads = 1);

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/systems-inl.hpp"
#endif
