// SPDX-License-Identifier: MIT
// Two tensor types in one operation.
// expect: no matching function for call to 'add
// expect: conflicting types
#include "tensors.hpp"

int main() {
    context ctx;
    add(ctx, eigen::tensor<float>(ctx, {2}), eigen::tensor<double>(ctx, {2}));
}
