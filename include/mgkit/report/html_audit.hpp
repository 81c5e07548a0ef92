// SPDX-License-Identifier: MIT
// Part of a page: what a sampler did.
// infrastructure
#pragma once

#include "mgkit/report/figure.hpp"
#include "mgkit/report/run.hpp"

namespace MGKIT_NAMESPACE::report::detail {

void sampler(composition& out, const run& r);

}  // namespace MGKIT_NAMESPACE::report::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/html_audit-inl.hpp"
#endif
