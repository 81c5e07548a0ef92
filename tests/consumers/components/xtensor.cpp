// SPDX-License-Identifier: MIT
// The component xtensor: arrays of xtensor are tensors.
#include "mgkit/backend/xtensor.hpp"
#include "product.hpp"

int main() {
    return product_on<xt::xarray<float>>("xtensor");
}
