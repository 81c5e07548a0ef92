// SPDX-License-Identifier: MIT
// A model on a backend that lacks a primitive.
// error: mgkit: no kernel for primitive 'matmul' on this tensor type
#include "training.hpp"

int main() {
    context ctx;
    run_model<without<op::matmul>>(ctx);
}
