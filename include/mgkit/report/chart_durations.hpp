// SPDX-License-Identifier: MIT
// Durations of clips: what the prior asks for, what was drawn, what was kept.
#pragma once

#include <string>
#include <string_view>

#include "mgkit/report/audit.hpp"
#include "mgkit/report/svg.hpp"

namespace MGKIT_NAMESPACE::report {

/// Prior as a grey area, proposed durations as a solid line, accepted ones as a broken line. The
/// height is the share per bin of the average drawn width, so that areas compare where bins differ.
/// The longest 1 % is not drawn but said. Errors: no bins, shares that do not fit the edges.
svg durations_chart(std::string_view title, const audit_durations& d);

/// One row per bin: from_seconds, to_seconds, prior, proposed, accepted.
std::string durations_csv(const audit_durations& d);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/chart_durations-inl.hpp"
#endif
