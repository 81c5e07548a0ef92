// SPDX-License-Identifier: MIT
// The default backend: tensors in host memory, products by Eigen, oneDNN or OpenBLAS.
#pragma once

#include "mgkit/backend/detail/batch_norm.hpp"
#include "mgkit/backend/detail/classifier.hpp"
#include "mgkit/backend/detail/conv.hpp"
#include "mgkit/backend/detail/graph.hpp"
#include "mgkit/backend/detail/layers.hpp"
#include "mgkit/backend/detail/masked.hpp"
#include "mgkit/backend/detail/normalise.hpp"
#include "mgkit/backend/detail/objective.hpp"
#include "mgkit/backend/detail/optimiser.hpp"
#include "mgkit/backend/detail/parts.hpp"
#include "mgkit/backend/detail/recurrence.hpp"
#include "mgkit/backend/detail/rows.hpp"
#include "mgkit/backend/detail/shift.hpp"
#include "mgkit/backend/detail/tokens.hpp"
#include "mgkit/backend/detail/windows.hpp"

/// Default backend. `eigen::tensor<float>` and `eigen::tensor<double>` need Eigen and Boost headers
/// only; the provider of matrix products is the second template argument, so that two choices are
/// two types. The build's default is `gemm::default_provider` (Eigen under plain -I).
///
/// Determinism: work is cut by sizes, never by the number of threads, and sums run in index order;
/// equal inputs give equal bits for any `context::threads` on one machine and build.
namespace MGKIT_NAMESPACE::eigen {}

#if defined(MGKIT_COMPILED)
#include "mgkit/backend/detail/compiled_operations.hpp"
#endif
#if !defined(MGKIT_COMPILED)
#include "mgkit/backend/eigen-inl.hpp"
#endif
