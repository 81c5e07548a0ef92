// SPDX-License-Identifier: MIT
// An action of a step that captures what it moves on.
// error: mgkit: an action of every_step captures nothing: hand values over as further arguments
#include "mgkit/tensor/repeated_step.hpp"
#include "tensors.hpp"

int main() {
    context ctx;
    int count = 0;
    every_step<good>(ctx, [&] { ++count; });
}
