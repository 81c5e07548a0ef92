// SPDX-License-Identifier: MIT
// Tensor types that are no backend of the library and keep its laws all the same.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/testing/reference.hpp"

namespace MGKIT_NAMESPACE::conformance_program {

using other_tensors = type_list<testing::reference>;

}  // namespace MGKIT_NAMESPACE::conformance_program
