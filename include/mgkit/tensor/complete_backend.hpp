// SPDX-License-Identifier: MIT
// The operations themselves: what the kernels of a backend are written against.
#pragma once

#include "mgkit/tensor/operations.hpp"
#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/ops/masked.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/tensor/ops/random.hpp"
#include "mgkit/tensor/ops/rows.hpp"
