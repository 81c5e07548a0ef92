// SPDX-License-Identifier: MIT
// An operation on something that is no tensor.
// expect: no matching function for call to 'gelu
// expect: operand
#include "tensors.hpp"

int main() {
    context ctx;
    gelu(ctx, 3.0);
}
