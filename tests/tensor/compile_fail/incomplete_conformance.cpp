// SPDX-License-Identifier: MIT
// The conformance kit on a backend that lacks a primitive.
// error: mgkit: no kernel for primitive 'concat' on this tensor type
#include "mgkit/testing/conformance.hpp"
#include "tensors.hpp"

int main() {
    testing::conformance<without<op::concat>>();
}
