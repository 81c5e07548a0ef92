// SPDX-License-Identifier: MIT
// The default backend.
#include "mgkit/backend/eigen.hpp"
#include "product.hpp"

int main() {
    return product_on<mgkit::eigen::tensor<float>>("eigen");
}
