// SPDX-License-Identifier: MIT
// Values of a step that are filled from something captured, which may be gone when it runs again.
// error: mgkit: what fills step_values captures nothing: hand values over as further arguments
#include "mgkit/tensor/repeated_step.hpp"
#include "tensors.hpp"

int main() {
    context ctx;
    const float now = 1;
    step_values<good>(ctx, {2}, [&](auto to) { to[0] = now; });
}
