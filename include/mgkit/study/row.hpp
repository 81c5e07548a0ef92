// SPDX-License-Identifier: MIT
// One figure of a study: which system, where, and its answers.
// infrastructure
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/probe/result.hpp"

namespace MGKIT_NAMESPACE::study {

/// Where the features come from that a probe reads.
enum class feature_kind { majority, summary, raw, dtw, random, supervised, shuffled, pretrained };

inline constexpr feature_kind feature_kinds[] = {feature_kind::majority, feature_kind::summary,
                                                 feature_kind::raw,      feature_kind::dtw,
                                                 feature_kind::random,   feature_kind::supervised,
                                                 feature_kind::shuffled, feature_kind::pretrained};

constexpr const char* name(feature_kind kind) {
    constexpr const char* names[] = {"majority", "summary",    "raw",      "dtw",
                                     "random",   "supervised", "shuffled", "pretrained"};
    return names[static_cast<int>(kind)];
}

/// The inverse of `name`; empty for other words.
constexpr std::optional<feature_kind> kind_named(std::string_view words) {
    for (const feature_kind kind : feature_kinds)
        if (words == name(kind)) return kind;
    return std::nullopt;
}

/// What the kinds mean, in a few words for tables.
constexpr const char* describe(feature_kind kind) {
    constexpr const char* words[] = {"most frequent class",
                                     "mean, deviation and speed per joint",
                                     "resampled coordinates",
                                     "dynamic time warping",
                                     "encoder with random weights",
                                     "the same encoder trained with labels",
                                     "pre-trained encoder, labels shuffled",
                                     "pre-trained encoder"};
    return words[static_cast<int>(kind)];
}

/// A named choice, for the record.
struct setting {
    std::string name;
    std::string value;
};

/// One system on one test side: features of one stream, one fold, one seed.
///
/// A system without a k-NN or a linear probe leaves that figure empty (dtw is a 1-NN, supervised
/// has a linear head); the majority class needs no probe and carries its figure in both.
/// The vectors hold one entry per test clip, or are empty; with them, intervals can be computed.
struct row {
    feature_kind features = feature_kind::majority;
    std::string stream;  ///< "joint", "bone", "joint+bone", ...
    int fold = 0;
    std::uint64_t seed = 0;
    std::optional<double> knn_top1, knn_top5;
    std::optional<double> linear_top1, linear_top5;
    std::optional<double> knn_class_mean, linear_class_mean;
    std::vector<setting> chosen;  ///< settings chosen on the training side, such as the ridge
    int shared_people = 0;        ///< subjects on both sides: who is tested was seen in training

    std::vector<std::uint32_t> clip;  ///< stable ids
    std::vector<int> subject;         ///< who was filmed
    std::vector<int> truth;           ///< classes
    std::vector<double> knn_hit, linear_hit;
};

/// Stores the figures of a k-NN (or any nearest-neighbour answer) in a row.
void add_knn(row& to, const probe::evaluation& e);
/// Stores the figures of a linear probe or classification head in a row.
void add_linear(row& to, const probe::evaluation& e);

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/row-inl.hpp"
#endif
