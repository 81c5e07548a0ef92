// SPDX-License-Identifier: MIT
// Definitions of eigen.hpp: the operations of the default tensors that the compiled form holds.
#pragma once

#include "mgkit/backend/eigen.hpp"

#if defined(MGKIT_COMPILED)

#include "mgkit/tensor/ops/attention.hpp"
#include "mgkit/tensor/ops/classifier.hpp"
#include "mgkit/tensor/ops/conv.hpp"
#include "mgkit/tensor/ops/elementwise.hpp"
#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/ops/graph.hpp"
#include "mgkit/tensor/ops/layers.hpp"
#include "mgkit/tensor/ops/masked.hpp"
#include "mgkit/tensor/ops/normalise.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/tensor/ops/parts.hpp"
#include "mgkit/tensor/ops/pool.hpp"
#include "mgkit/tensor/ops/random.hpp"
#include "mgkit/tensor/ops/recurrence.hpp"
#include "mgkit/tensor/ops/rows.hpp"
#include "mgkit/tensor/ops/structure.hpp"

#define MGKIT_DEFINED(NAME, OPERANDS, ...)                                   \
    MGKIT_COMPILED_OPERATION(template, eigen::tensor<float>, NAME, OPERANDS) \
    MGKIT_COMPILED_OPERATION(template, eigen::tensor<double>, NAME, OPERANDS)

namespace MGKIT_NAMESPACE {
MGKIT_PRIMITIVES(MGKIT_DEFINED)
MGKIT_COMPOSED(MGKIT_DEFINED)
MGKIT_COMPILED_FINISHED(template, eigen::tensor<float>)
MGKIT_COMPILED_FINISHED(template, eigen::tensor<double>)
}  // namespace MGKIT_NAMESPACE

#undef MGKIT_DEFINED

#endif
