// SPDX-License-Identifier: MIT
// infrastructure: from the sampler's counts to the audit that reports show
// A sampler's counts as an audit.
#pragma once

#include <string>
#include <vector>

#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/clip/sample_audit.hpp"
#include "mgkit/metric/iod.hpp"
#include "mgkit/report/audit.hpp"

namespace MGKIT_NAMESPACE::report {

/// Counts, fits, deciles and duration shares of an audit; the caller adds what it knows of corpus,
/// policy and truth. Cost: cells of the prior.
audit audit_of(const clip::duration_prior& prior, const clip::sample_audit& counts);

/// The three readings of intersection over detection, under the name of a truth.
std::vector<audit_overlap> overlaps_of(const metric::iod_report& iod, const std::string& truth);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/sampler_audit-inl.hpp"
#endif
