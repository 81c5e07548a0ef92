// SPDX-License-Identifier: MIT
// A study as plain text for the terminal.
#pragma once

#include <optional>
#include <string>

#include "mgkit/report/study.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

/// As figure_text, with a sign, for differences in percentage points.
std::string difference_text(const std::optional<study_figure>& f);

}  // namespace detail

/// "95 % interval over subjects".
std::string interval_words(const study& s);

/// Caveats, what was studied, one line per system, and what pre-training adds: figures in percent
/// with intervals over subjects. Every line ends in a newline.
std::string to_text(const study& s);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/text-inl.hpp"
#endif
