// SPDX-License-Identifier: MIT
// The result of a study as plain data: filled by a program, summarised and rendered by the others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/data/findings.hpp"
#include "mgkit/metric/confusion.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/topology.hpp"
#include "mgkit/study/row.hpp"
#include "mgkit/version.hpp"

namespace MGKIT_NAMESPACE::report {

using mgkit::study::add_knn;
using mgkit::study::add_linear;
using mgkit::study::describe;
using mgkit::study::feature_kind;
using mgkit::study::feature_kinds;
using mgkit::study::name;
using mgkit::study::setting;
using study_row = mgkit::study::row;

/// Whether the data contain micro-gestures, as far as anybody has said so.
enum class micro_gestures { no, unknown, yes };

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
    int shared_people = 0;  ///< on both sides of a fold, the most of any
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
    data::findings found;            ///< what reading and preparing assumed or left out
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
std::string class_name(const study_data& data, int label);

/// People on both sides of a split, the most of any row of the summary.
int most_shared_people(const study& s);

/// What a reader must know about generated data.
std::string synthetic_caveat(const study_data& data);

/// What a reader must know before any figure, most important first.
std::vector<std::string> caveats(const study& s);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/study-inl.hpp"
#endif
