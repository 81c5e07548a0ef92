// SPDX-License-Identifier: MIT
// What products of rounded factors cost in exactness: the same features through the same layer, in
// float and with factors in bf16 (the component eigen_bf16), on the same memory.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "mgkit/backend/eigen_bf16.hpp"
#include "mgkit/core/context.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/tensor/operations.hpp"

namespace mg = mgkit;
constexpr int rows = 64, width = 256;

template <class T>
static std::vector<float> product(mg::context& ctx, const std::vector<float>& features,
                                  const std::vector<float>& weights) {
    using backend = mg::backend_traits<T>;
    const T left = backend::from_host(ctx, features, {rows, width});
    const T right = backend::from_host(ctx, weights, {width, width});
    std::vector<float> out(rows * width);
    backend::to_host(ctx, mg::matmul(ctx, left, right), out);
    return out;
}

int main() {
    mg::context ctx{.seed = 3};
    mg::random_stream draws(ctx.key(), "numbers");
    std::vector<float> features(rows * width), weights(width * width);
    for (float& value : features) value = float(draws.normal());
    for (float& value : weights) value = float(draws.normal()) / 16;
    try {
        const auto exact = product<mg::eigen::tensor<float>>(ctx, features, weights);
        const auto rounded = product<mg::eigen::bf16>(ctx, features, weights);
        float worst = 0;
        for (std::size_t i = 0; i < exact.size(); ++i)
            worst = std::max(worst, std::abs(exact[i] - rounded[i]));
        std::printf("%zu numbers of size 1: at most %.4f apart\n", exact.size(), double(worst));
        return worst > 0 && worst < .05f ? 0 : 1;
    } catch (const mg::no_device& missing) {
        std::printf("%s\n", missing.what());
    }
}
