// SPDX-License-Identifier: MIT
// Scores of several systems side by side, with their intervals.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mgkit/report/svg.hpp"

namespace MGKIT_NAMESPACE::report {

/// One system of a bar chart; shares between 0 and 1.
struct bar {
    std::string name;
    double value = 0;
    std::optional<double> low, high;
    bool emphasis = false;  ///< the system that the chart is about
    int shared_people = 0;  ///< on both sides of its split
};

/// A vertical line to compare bars with, such as the majority class.
struct bar_reference {
    std::string name;
    double value = 0;
};

/// Horizontal bars from 0 to 100 %, each labelled with its figure; whiskers are intervals. The
/// emphasised bar is dark and bold, the others are grey, so that nothing rests on hue.
/// Errors: no bars, values that are not finite.
svg bar_chart(std::string_view title, std::span<const bar> bars,
              const std::optional<bar_reference>& reference = {});

/// One row per bar: name, value, low, high; the reference is the last row. Where any bar has people
/// on both sides, a column people_shared follows, empty for the reference.
std::string bars_csv(std::span<const bar> bars, const std::optional<bar_reference>& reference = {},
                     const std::string& measure = "value");

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/chart_bars-inl.hpp"
#endif
