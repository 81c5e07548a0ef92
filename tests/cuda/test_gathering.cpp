// SPDX-License-Identifier: MIT
// Gradients of parameters that a step uses twice: kernels add to what is there, in every path.
#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/testing/gradient_check.hpp"

using namespace mgkit;

namespace {

/// Gradients of scale, weight, bias, mixing and shift, each used twice over `batch` samples.
template <class T>
std::vector<std::vector<double>> gathered(extent batch) {
    using X = variable<T>;
    context ctx;
    std::uint32_t number = 0;
    const auto drawn = [&](const shape& extents) {
        random_stream stream(random_key{.seed = 2, .clip = number++}, "values");
        std::vector<double> values(static_cast<std::size_t>(extents.elements()));
        for (double& v : values) v = stream.normal();
        return testing::detail::from_doubles<T>(ctx, values, extents);
    };
    std::vector<gradient_slot<T>> slots(5);
    const recording<T> record(ctx);
    X x{drawn({batch, 4, 6})};
    const X scale = watch(drawn({6}), slots[0]), weight = watch(drawn({6, 6}), slots[1]),
            bias = watch(drawn({6}), slots[2]), mixing = watch(drawn({4, 4}), slots[3]),
            shift = watch(drawn({4}), slots[4]);
    for (const activation act : {activation::gelu, activation::relu}) {
        x = layer_norm(ctx, x, scale, bias);
        x = linear(ctx, token_mix(ctx, x, mixing, shift, act), weight, bias, act);
    }
    backward(ctx, sum(ctx, square(ctx, x)));
    std::vector<std::vector<double>> out;
    for (const auto& slot : slots) out.push_back(testing::detail::to_doubles(ctx, slot.gradient));
    return out;
}

}  // namespace

// Rounding reaches 1e-13 of a gradient here, and a use or a piece of rows that is lost changes it
// by parts in a thousand; the bound lies between. Beside it a margin, where a gradient comes near
// 0.
TEST_CASE("gradients of parameters used twice, over few rows and many", "[cuda]") {
    for (const extent batch : {3, 40, 700}) {
        const auto want = gathered<eigen::tensor<double>>(batch),
                   got = gathered<test::emulated_tensor<double>>(batch);
        for (std::size_t i = 0; i < want.size(); ++i)
            for (std::size_t k = 0; k < want[i].size(); ++k)
                CHECK(got[i][k] == Catch::Approx(want[i][k]).epsilon(1e-9).margin(1e-7));
    }
}

TEST_CASE("rows chosen inside a recorded step are the same in its replays", "[cuda]") {
    using T = test::emulated_tensor<float>;
    using traits = backend_traits<T>;
    context ctx;
    const T x =
        testing::detail::from_doubles<T>(ctx, std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8}, {4, 2});
    T taken = traits::full(ctx, {2, 2}, 0), spread = traits::full(ctx, {4, 2}, 0);
    cuda::step_graph<test::emulated> replayed(ctx, test::emulated::of(ctx).new_pool(), [&] {
        const row_choice rows(4, {{1, 1}, {3, 2}});
        const T some = take_rows(ctx, x, rows);
        traits::assign(ctx, taken, some);
        traits::assign(ctx, spread, add_rows(ctx, x, some, rows));
    });
    for (int time = 0; time < 2; ++time) {
        replayed.replay();
        CHECK(testing::detail::to_doubles(ctx, taken) == std::vector<double>{3, 4, 7, 8});
        CHECK(testing::detail::to_doubles(ctx, spread) ==
              std::vector<double>{1, 2, 6, 8, 5, 6, 21, 24});
    }
}
