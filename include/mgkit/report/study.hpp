// The result of a study as plain data: filled by a program, summarised and rendered by the others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/metric/confusion.hpp"
#include "mgkit/probe/result.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/topology.hpp"
#include "mgkit/version.hpp"

namespace mgkit::report {

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

/// Whether the data contain micro-gestures, as far as anybody has said so.
enum class micro_gestures { no, unknown, yes };

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
struct study_row {
    feature_kind features = feature_kind::majority;
    std::string stream;  ///< "joint", "bone", "joint+bone", ...
    int fold = 0;
    std::uint64_t seed = 0;
    std::optional<double> knn_top1, knn_top5;
    std::optional<double> linear_top1, linear_top5;
    std::optional<double> knn_class_mean, linear_class_mean;
    std::vector<setting> chosen;  ///< settings chosen on the training side, such as the ridge

    std::vector<std::uint32_t> clip;  ///< stable ids
    std::vector<int> subject;         ///< who was filmed
    std::vector<int> truth;           ///< classes
    std::vector<double> knn_hit, linear_hit;
};

/// Stores the figures of a k-NN (or any nearest-neighbour answer) in a row.
inline void add_knn(study_row& row, const probe::evaluation& e) {
    row.knn_top1 = e.top1;
    row.knn_top5 = e.top5;
    row.knn_hit = e.hits();
    row.truth = e.truth;
    row.knn_class_mean = e.class_mean;
}
/// Stores the figures of a linear probe or classification head in a row.
inline void add_linear(study_row& row, const probe::evaluation& e) {
    row.linear_top1 = e.top1;
    row.linear_top5 = e.top5;
    row.linear_hit = e.hits();
    row.truth = e.truth;
    row.linear_class_mean = e.class_mean;
}

/// A mean over folds of means over seeds, with its interval over subjects.
struct study_figure {
    double mean = 0;
    std::optional<double> low, high;    ///< empty with fewer than two subjects
    std::optional<double> seed_spread;  ///< standard deviation over seeds; empty with one seed
};

/// All rows of one kind of features and one stream.
struct study_summary {
    feature_kind features = feature_kind::majority;
    std::string stream;
    int rows = 0;
    int folds = 0;
    int seeds = 0;
    int clips = 0;
    int subjects = 0;
    std::optional<study_figure> knn_top1, linear_top1, knn_class_mean, linear_class_mean;
};

/// Paired difference of the pre-trained encoder and another system on the same clips.
struct study_comparison {
    feature_kind against = feature_kind::raw;
    std::string stream;
    int clips = 0;
    int subjects = 0;
    std::optional<study_figure> knn_top1, linear_top1;
};

/// One line of a training plot, for example a loss per epoch.
struct study_curve {
    std::string name;
    std::vector<double> x, y;
    std::vector<double> rate = {};  ///< learning rate at each point, or empty
};

/// A confusion matrix with the system it belongs to.
struct study_confusion {
    std::string title;
    metric::confusion_matrix matrix;
    /// Training clips of each class (the mean over folds where the matrix adds folds), or empty.
    std::vector<double> train_clips = {};
};

/// A clip to be drawn, or where to find it.
struct study_clip {
    skeleton::pose<float> pose;  ///< of no frames where only the place is known
    int label = 0;
    std::string caption;
    std::optional<std::uint32_t> row = {};  ///< position in the data that `study_data` names
};

/// A test clip and its nearest training clips, nearest first.
struct study_retrieval {
    study_clip query;
    struct hit {
        study_clip clip;
        double similarity = 0;
    };
    std::vector<hit> hits;
};

/// What was studied.
struct study_data {
    std::string name;
    int clips = 0;
    int subjects = 0;
    int excluded = 0;  ///< unusable clips left out
    std::vector<std::string> class_names;
    std::vector<std::string> class_groups;  ///< group of each class; empty where there are none
    std::vector<std::string> joint_names;
    std::vector<skeleton::joint_pair> bones;
    bool synthetic = false;  ///< generated, not recorded
    std::string generator;   ///< version of what generated it
    std::string folder;      ///< where the clips lie; empty for the small generated set
    micro_gestures contains = micro_gestures::unknown;
    std::vector<std::string> notes;  ///< further caveats, from whoever knows the data
};

/// Everything a report says.
struct study {
    std::string title = "Study of learned skeleton features";
    study_data data;
    std::string split;    ///< in words: who is tested
    std::string command;  ///< that repeats the study
    std::string version = mgkit::version;
    std::vector<setting> settings;
    std::vector<study_row> results;
    double level = 0.95;                        ///< of the intervals
    std::vector<study_summary> summary;         ///< filled by summarise
    std::vector<study_comparison> comparisons;  ///< filled by summarise
    std::vector<study_curve> curves;
    std::vector<study_confusion> confusions;
    std::vector<study_retrieval> retrieval;
};

/// Name of a class, or its number where the data name none.
inline std::string class_name(const study_data& data, int label) {
    const auto i = static_cast<std::size_t>(label);
    return label >= 0 && i < data.class_names.size() ? data.class_names[i]
                                                     : "class " + std::to_string(label);
}

/// What a reader must know about generated data.
inline std::string synthetic_caveat(const study_data& data) {
    return "Synthetic data" +
           (data.generator.empty() ? std::string() : " (generator: " + data.generator + ")") +
           ": the clips were generated by a formula. The figures are plumbing: they show that the "
           "program runs, never that a method is good, and nothing about people.";
}

/// What a reader must know before any figure, most important first.
inline std::vector<std::string> caveats(const study& s) {
    std::vector<std::string> out;
    if (s.data.synthetic) out.push_back(synthetic_caveat(s.data));
    if (s.data.contains == micro_gestures::no)
        out.push_back(
            "This set contains no micro-gestures: the figures show that the pipeline learns, not "
            "how well it recognises micro-gestures.");
    if (s.data.contains == micro_gestures::unknown)
        out.push_back(
            "Nothing says whether this set contains micro-gestures: read the figures as how well "
            "its own classes are told apart, not as how well micro-gestures are recognised.");
    out.insert(out.end(), s.data.notes.begin(), s.data.notes.end());
    int fewest = 0;
    for (const study_summary& row : s.summary)
        if (row.subjects > 0 && (fewest == 0 || row.subjects < fewest)) fewest = row.subjects;
    if (fewest > 0 && fewest < 10)
        out.push_back(text("Only ", fewest, " subject", fewest == 1 ? " is" : "s are",
                           " tested: intervals over so few people are narrower than they should "
                           "be."));
    return out;
}

}  // namespace mgkit::report
