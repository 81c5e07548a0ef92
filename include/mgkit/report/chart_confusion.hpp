// SPDX-License-Identifier: MIT
// A confusion matrix as a table of shades.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/metric/confusion.hpp"
#include "mgkit/report/svg.hpp"

namespace MGKIT_NAMESPACE::report {

/// Classes in the order of their groups: groups as they first appear, classes as they are numbered.
/// Without a group for each class, the numbers themselves.
std::vector<int> grouped_order(int classes, std::span<const std::string> groups);

/// True classes down, answers across; the shade is the share of the row, the number the count of
/// clips (left out beyond 24 classes, where only the pointer shows it). A class without a name gets
/// its number. With a group for each class, groups stand together between lines, named on the
/// right. Errors: an empty matrix, more than 512 classes, counts that do not fill it.
svg confusion_chart(std::string_view title, const metric::confusion_matrix& m,
                    std::span<const std::string> class_names,
                    std::span<const std::string> groups = {});

/// One row per pair of classes, in the order of their numbers: true_class, answer, clips.
std::string confusion_csv(const metric::confusion_matrix& m,
                          std::span<const std::string> class_names,
                          std::string_view answers_of = {});

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/chart_confusion-inl.hpp"
#endif
