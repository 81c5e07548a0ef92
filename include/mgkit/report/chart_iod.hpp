// SPDX-License-Identifier: MIT
// Overlap of sampled clips with the truth, beside the overlap of chance.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mgkit/report/audit.hpp"
#include "mgkit/report/svg.hpp"

namespace MGKIT_NAMESPACE::report {

/// One row of the chart: what was measured, and its overlap.
struct overlap_row {
    std::string name;
    audit_overlap overlap;
};

namespace detail {

/// "21.3 [19.8, 22.9]" in percent, or "-".
std::string overlap_text(const std::optional<double>& value, const std::optional<double>& low,
                         const std::optional<double>& high);

}  // namespace detail

/// A point with its interval per row, over the interval of the sampler's own chance as a grey band
/// with a mark in its middle, and that of shifts as a broken line below; all stand in words beside
/// it. Errors: no rows, values that are not finite.
svg iod_chart(std::string_view title, std::span<const overlap_row> rows);

/// One row per row of the chart: name, truth, measure, iod, low, high, people, own_chance,
/// own_chance_low, own_chance_high, own_p, own_draws, shift_chance, shift_chance_low,
/// shift_chance_high, shifts.
std::string iod_csv(std::span<const overlap_row> rows);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/chart_iod-inl.hpp"
#endif
