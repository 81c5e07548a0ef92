// SPDX-License-Identifier: MIT
// The component eigen_bf16: products of rounded factors.
#include "mgkit/backend/eigen_bf16.hpp"
#include "product.hpp"

int main() {
    return product_on<mgkit::eigen::bf16>("eigen_bf16");
}
