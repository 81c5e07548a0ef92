// SPDX-License-Identifier: MIT
// The interval of a share when trials are independent.
#pragma once

#include <cstdint>

#include "mgkit/metric/bootstrap.hpp"

namespace MGKIT_NAMESPACE::metric {

/// Wilson score interval of hits / trials; z = 1.959964 is 95 %. `groups` is the trials.
///
/// Trials must not depend on each other: clips of one performance seen by several cameras do, so
/// count performances, or resample them (bootstrap_mean with performances for subjects).
/// Source: Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
interval wilson(std::int64_t hits, std::int64_t trials, double z = 1.959964);

}  // namespace MGKIT_NAMESPACE::metric

#if !defined(MGKIT_COMPILED)
#include "mgkit/metric/binomial-inl.hpp"
#endif
