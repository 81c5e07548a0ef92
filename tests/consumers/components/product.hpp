// SPDX-License-Identifier: MIT
// What every backend is tried with: a product that is known beforehand. Where the device of a
// backend is missing the program says so and ends well.
#pragma once

#include <cstdio>
#include <vector>

#include "mgkit/core/context.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/tensor/operations.hpp"
#include "mgkit/version.hpp"

template <class T>
int product_on(const char* name) {
    using backend = mgkit::backend_traits<T>;
    try {
        mgkit::context ctx;
        const T row = backend::full(ctx, {1, 3}, 2), column = backend::full(ctx, {3, 1}, 4);
        std::vector<typename backend::scalar> out(1);
        backend::to_host(ctx, mgkit::matmul(ctx, row, column), out);
        std::printf("mgkit %s, %s: 3 x 2 x 4 = %g\n", mgkit::version, name, double(out[0]));
        return out[0] == 24 ? 0 : 1;
    } catch (const mgkit::no_device& missing) {
        std::printf("mgkit %s, %s: %s\n", mgkit::version, name, missing.what());
        return 0;
    }
}
