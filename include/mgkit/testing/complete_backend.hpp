// SPDX-License-Identifier: MIT
// What a backend must bring, under the name that the conformance kit uses.
#pragma once

#include "mgkit/tensor/complete_backend.hpp"

namespace MGKIT_NAMESPACE::testing {

template <class T>
concept complete_backend = mgkit::complete_backend<T>;
using mgkit::primitives;

}  // namespace MGKIT_NAMESPACE::testing
