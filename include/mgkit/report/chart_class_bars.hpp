// SPDX-License-Identifier: MIT
// Accuracy of each class beside how often it was trained on.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/report/study.hpp"
#include "mgkit/report/svg.hpp"

namespace MGKIT_NAMESPACE::report {

/// Classes with fewer test clips are marked: their figures say little.
inline constexpr std::int64_t few_clips = 10;

/// One class of a test.
struct class_score {
    std::string name, group;
    std::int64_t hits = 0, tested = 0;
    std::optional<double> trained;  ///< training clips; empty where nobody counted them

    bool few() const { return tested < few_clips; }
    /// Empty for a class that no test clip belongs to.
    std::optional<double> accuracy() const;
};

/// The classes of a confusion matrix, most trained ones first, most tested ones where training
/// clips were not counted.
std::vector<class_score> class_scores(const study_confusion& c, const study_data& data);

/// What an average over classes hides: "Mean over the 30 classes with test clips: 41.2 %; over the
/// 24 with 10 or more: 46.0 %. 6 classes have fewer ..."
std::string class_mean_words(std::span<const class_score> classes);

/// Bars of accuracy per class in the order given, with Wilson intervals that take clips as
/// independent, and beside them bars of the training clips. Classes with fewer than `few_clips`
/// test clips have a hollow bar with a broken outline, and are marked in words. Errors: no classes.
svg class_bars_chart(std::string_view title, std::span<const class_score> classes);

/// One row per class: class, group, hits, tested, accuracy, low, high, trained, few.
std::string class_bars_csv(std::span<const class_score> classes, std::string_view answers_of = {});

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/chart_class_bars-inl.hpp"
#endif
