// SPDX-License-Identifier: MIT
// Means and intervals of a study from its rows.
#pragma once

#include <span>

#include "mgkit/metric/bootstrap.hpp"
#include "mgkit/report/study.hpp"

namespace MGKIT_NAMESPACE::report {

/// Paired differences first - second over the clips that both sets of rows answered, as in
/// `summarise`; `against` and `stream` are those of `second`. Errors: no rows, and those of
/// `summarise`.
study_comparison compare(std::span<const study_row> first, std::span<const study_row> second,
                         const metric::bootstrap_settings& settings = {});

/// Fills `summary` and `comparisons` from `results`.
///
/// One summary per (features, stream), in the order of feature_kind, then of appearance. Top-1
/// means weigh folds equally; intervals resample subjects over the answers of all folds, averaged
/// over seeds, so they say how much other people could change the figure, not other seeds (that is
/// `seed_spread`). Class means are computed over the clips of all folds together where the rows
/// carry answers. Comparisons pair the pre-trained encoder with every other system of the same
/// stream on the clips that both answered. Rows without answers give means without intervals.
/// Errors: no rows, rows whose vectors differ in length, figures that are not finite.
/// Cost: rows * clips + replicates * clips per figure.
void summarise(study& s, const metric::bootstrap_settings& settings = {});

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/summarise-inl.hpp"
#endif
