// SPDX-License-Identifier: MIT
// A context is the same context on both sides of a library with hidden symbols.
#include "hidden_library.hpp"

#include <cstdio>

int main() {
    using tensor = mgkit::eigen::tensor<float>;
    mgkit::context ctx;
    ctx.state.get<some_state>().value = 5;
    const int seen = value_in_library(ctx);

    const float three = 3;
    mgkit::gradient_slot<tensor> slot;
    const mgkit::recording<tensor> record(ctx);
    const auto x = mgkit::watch(
        mgkit::backend_traits<tensor>::from_host(ctx, std::span(&three, 1), {1}), slot);
    backward(ctx, sum(ctx, squared_in_library(ctx, x)));
    const float slope = slot.filled ? slot.gradient.values()[0] : 0;

    std::printf("state %d, expected 5; gradient %g, expected 6\n", seen,
                static_cast<double>(slope));
    return seen == 5 && slope == 6 ? 0 : 1;
}
