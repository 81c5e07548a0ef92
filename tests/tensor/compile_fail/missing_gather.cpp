// SPDX-License-Identifier: MIT
// A backend without entries by index, under an operation made of them.
// error: mgkit: no kernel for primitive 'gather' on this tensor type
#include "mgkit/tensor/ops/gather.hpp"
#include "tensors.hpp"

int main() {
    context ctx;
    top_k(ctx, without<op::gather>{{2, 3}}, 1);
}
