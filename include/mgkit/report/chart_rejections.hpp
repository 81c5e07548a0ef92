// SPDX-License-Identifier: MIT
// How often candidates of each duration are refused, and why.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mgkit/report/audit.hpp"
#include "mgkit/report/svg.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

struct rejection_cause {
    const char* words;
    const char* kind;
    std::int64_t audit_counts::*count;  ///< null: those without a member of their own
};
inline constexpr rejection_cause rejection_causes[] = {
    {"not visible", "fill-a", &audit_counts::not_visible},
    {"change of person", "fill-c", &audit_counts::person_change},
    {"overlap", "quiet", &audit_counts::overlap},
    {"longer than the recording", "fill-b", &audit_counts::too_long},
    {"other constraints", "hollow", nullptr}};

std::int64_t refused(const audit_counts& c, const rejection_cause& cause);

double share_of(std::int64_t part, std::int64_t whole);

}  // namespace detail

/// A bar per decile of durations, as long as the share of its candidates that was refused, in parts
/// by cause; the number of candidates stands beside it. Errors: no deciles.
svg rejections_chart(std::string_view title, std::span<const audit_decile> deciles);

/// One row per decile: from_seconds, to_seconds, proposed, accepted, too_long, not_visible,
/// person_change, overlap, then each constraint beyond these by its name.
std::string rejections_csv(std::span<const audit_decile> deciles);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/chart_rejections-inl.hpp"
#endif
