// SPDX-License-Identifier: MIT
// The smallest program: a product of the default tensors.
#include <cstdio>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/core/context.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/version.hpp"

int main() {
    mgkit::context ctx{.seed = 7};
    using tensor = mgkit::eigen::tensor<float>;
    const tensor one = mgkit::backend_traits<tensor>::full(ctx, {1, 1}, 1);
    const tensor product = mgkit::matmul(ctx, one, one);
    std::printf("mgkit %s\n", mgkit::version);
    return mgkit::shape_of(product) == mgkit::shape{1, 1} ? 0 : 1;
}
