// SPDX-License-Identifier: MIT
// The component cuda.
#include "mgkit/backend/cuda.hpp"
#include "product.hpp"

int main() { return product_on<mgkit::cuda::tensor<float>>("cuda"); }
