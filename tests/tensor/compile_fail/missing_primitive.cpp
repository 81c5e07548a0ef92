// SPDX-License-Identifier: MIT
// A backend that lacks a primitive which an operation needs.
// error: mgkit: no kernel for primitive 'erf' on this tensor type
#include "tensors.hpp"

int main() {
    context ctx;
    gelu(ctx, without<op::erf>{{2, 3}});
}
