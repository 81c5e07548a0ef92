// SPDX-License-Identifier: MIT
// Whole numbers of a step that are filled from something captured, which may be gone by then.
// error: mgkit: what fills step_integers captures nothing: hand values over as further arguments
#include "mgkit/tensor/integers.hpp"
#include "tensors.hpp"

int main() {
    context ctx;
    const std::int32_t now = 1;
    step_integers<good, std::int32_t>(ctx, {2}, {0, 1}, [&](auto to) { to[0] = now; });
}
