// SPDX-License-Identifier: MIT
// A library with hidden symbols that works on its caller's context.
#pragma once

#include "mgkit/backend/eigen.hpp"
#include "mgkit/tensor/tape.hpp"

struct some_state {
    int value = 1;
};

__attribute__((visibility("default"))) int value_in_library(mgkit::context& ctx);

/// x^2, recorded by the library.
__attribute__((visibility("default"))) mgkit::variable<mgkit::eigen::tensor<float>>
squared_in_library(mgkit::context& ctx, const mgkit::variable<mgkit::eigen::tensor<float>>& x);
