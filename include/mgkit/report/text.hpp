// SPDX-License-Identifier: MIT
// A study as plain text for the terminal.
#pragma once

#include <optional>
#include <string>

#include "mgkit/report/study.hpp"

namespace MGKIT_NAMESPACE::report {

/// "72.8 [68.1, 77.0]" in percent, "72.8", or "-" where there is no figure.
std::string figure_text(const std::optional<study_figure>& f);
/// The same with a sign, for differences in percentage points.
std::string difference_text(const std::optional<study_figure>& f);

/// "95 % interval over subjects".
std::string interval_words(const study& s);

/// Caveats, what was studied, one line per system, and what pre-training adds: figures in percent
/// with intervals over subjects. Every line ends in a newline.
std::string to_text(const study& s);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/text-inl.hpp"
#endif
