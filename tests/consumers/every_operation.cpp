// SPDX-License-Identifier: MIT
// Every component of the library's lists, last of three units (every_component.cpp): every
// operation with its gradient, by the laws that users hold a backend of their own to.
#include <cstddef>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/testing/conformance.hpp"

std::size_t every_operation();

std::size_t every_operation() {
    return mgkit::testing::conformance<mgkit::eigen::tensor<float>>().rows.size();
}
