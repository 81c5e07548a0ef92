// SPDX-License-Identifier: MIT
// The component torch: tensors of LibTorch.
#include "mgkit/backend/torch.hpp"
#include "product.hpp"

int main() {
    return product_on<mgkit::torch::tensor<float>>("torch");
}
