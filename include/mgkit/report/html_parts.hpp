// SPDX-License-Identifier: MIT
// Parts of a page: training, classes, retrieval, settings.
// infrastructure
#pragma once

#include <span>
#include <string>

#include "mgkit/report/figure.hpp"
#include "mgkit/report/run.hpp"

namespace MGKIT_NAMESPACE::report::detail {

/// Loss of all runs over one axis, and their learning rates where one changes.
void training(composition& out, std::span<const run> runs, const std::string& mark);

void classes(composition& out, const run& r);

void retrieval(composition& out, const run& r);

void reproduction(composition& out, const run& r);

}  // namespace MGKIT_NAMESPACE::report::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/html_parts-inl.hpp"
#endif
