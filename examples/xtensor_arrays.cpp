// SPDX-License-Identifier: MIT
// Features that stand in arrays of xtensor, compared where they are: the component xtensor makes
// xt::xarray a tensor, so that every operation takes it and gives it back.
#include <cstdio>

#include "mgkit/backend/xtensor.hpp"
#include "mgkit/core/context.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/tensor/operations.hpp"

namespace mg = mgkit;
using array = xt::xarray<float>;

// Rows of length 1.
static array normalised(mg::context& ctx, const array& rows) {
    return mg::mul(ctx, rows, mg::rsqrt(ctx, mg::sum(ctx, mg::square(ctx, rows), {1}, true)));
}

int main() {
    mg::context ctx{.seed = 3};
    // Five gestures that are known, and the second of them again, a little different.
    array known = xt::zeros<float>({5, 16}), seen = xt::zeros<float>({1, 16});
    mg::random_stream draws(ctx.key(), "features");
    for (float& value : known) value = float(draws.normal());
    for (std::size_t i = 0; i < 16; ++i) seen(0, i) = known(1, i) + .1f * float(draws.normal());

    const array cosines =
        mg::matmul(ctx, normalised(ctx, seen), mg::permute(ctx, normalised(ctx, known), {1, 0}));
    for (std::size_t i = 0; i < 5; ++i)
        std::printf("gesture %zu: cosine %+.2f\n", i, double(cosines(0, i)));
    return cosines(0, 1) > .9f ? 0 : 1;
}
