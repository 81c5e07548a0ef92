// SPDX-License-Identifier: MIT
// What the ways to find mgkit are tried with: its version, its threads, and a header of each
// library that it needs. The whole umbrella is consumer.cpp's.
#include <cstdio>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/core/context.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/version.hpp"
#include "products.hpp"

int main() {
    mgkit::context ctx{.seed = 7, .threads = 2};
    using tensor = mgkit::eigen::tensor<float>;
    const tensor one = mgkit::backend_traits<tensor>::full(ctx, {1, 1}, 1);
    const tensor product = mgkit::matmul(ctx, one, one);
    const bool sound = mgkit::shape_of(product) == mgkit::shape{1, 1} &&
                       mgkit::io::parse_json("[1]", "text").size() == 1;
    std::printf("mgkit %s, products by %s\n", mgkit::version, products_by());
    return sound ? 0 : 1;
}
