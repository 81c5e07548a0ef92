// SPDX-License-Identifier: MIT
// Activations kept in bfloat16: every operation on coarse operands, and which results are coarse.
#include "catch.hpp"
#include "cuda/coarse.hpp"
#include "cuda/emulated.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/nn/projector.hpp"

using namespace mgkit;

namespace {

using T = test::emulated_tensor<cuda::bf16>;
using X = variable<T>;
using traits = backend_traits<T>;
using cuda::grain;

template <unsigned Mask>
void keeps_the_laws() {
    const auto report =
        testing::conformance<T, test::families_on_coarse<Mask>>({.epsilon = 0x1p-8});
    for (const std::string& failure : report.failures()) UNSCOPED_INFO(failure);
    CHECK(report.ok());
    CHECK(report.rows.size() > 100);
}

T uploaded(context& ctx, const shape& extents, std::uint32_t number = 0) {
    random_stream stream(random_key{.seed = 4, .clip = number}, "values");
    std::vector<float> values(static_cast<std::size_t>(extents.elements()));
    for (float& v : values) v = static_cast<float>(stream.normal());
    return traits::from_host(ctx, values, extents);
}

}  // namespace

TEST_CASE("operations on coarse operands keep the laws of the conformance kit", "[cuda]") {
    keeps_the_laws<~0u>();
}
TEST_CASE("a coarse first operand beside fine ones keeps the laws of the conformance kit",
          "[cuda]") {
    keeps_the_laws<1u>();
}

TEST_CASE("token sequences are coarse; rows, parameters' gradients and statistics are fine",
          "[cuda]") {
    context ctx{.seed = 3, .training = true};
    const encode::dste_settings settings{
        .clip = {.channels = 3, .frames = 12, .joints = 7, .persons = 1}, .width = 16, .heads = 2};
    encode::dste<T> encoder(nn::scope(ctx), settings);
    nn::projector<T> project(nn::scope(ctx) / "projector", 32, 16, 16);
    for (std::uint32_t i = 0; i < 4; ++i) ctx.rows.push_back({i, 0});
    const recording<T> record(ctx);
    const auto tokens = encoder.tokens(ctx, X{uploaded(ctx, {4, 3, 12, 7, 1})});
    CHECK(tokens.temporal.value.kept() == grain::coarse);
    CHECK(tokens.spatial.value.kept() == grain::coarse);
    const X pooled = encode::joined(ctx, encode::pooled(ctx, tokens));
    CHECK(pooled.value.kept() == grain::fine);
    const X z = project(ctx, pooled, 2);
    CHECK(z.value.kept() == grain::fine);
    backward(ctx, mean(ctx, square(ctx, z)));
    nn::for_each_parameter(encoder, [&](const std::string& name, parameter<T>& p) {
        INFO(name);
        CHECK(p.value.kept() == grain::fine);
        REQUIRE(p.slot.filled);
        CHECK(p.slot.gradient.kept() == grain::fine);
    });
    CHECK(project.norm1.running_var.kept() == grain::fine);
}

TEST_CASE("a coarse result is the fine one, rounded once", "[cuda]") {
    context ctx;
    // 3 * 40 values are whole chunks; 3 * 37 are not.
    for (const extent width : {40, 37}) {
        const T a = cuda::as(ctx, uploaded(ctx, {3, width}, 1), grain::coarse),
                b = cuda::as(ctx, uploaded(ctx, {3, width}, 2), grain::coarse),
                column = uploaded(ctx, {3, 1}, 3), row = uploaded(ctx, {width}, 4);
        const T wide_a = cuda::as(ctx, a, grain::fine), wide_b = cuda::as(ctx, b, grain::fine);
        const auto rounded = [&](const T& got, const T& want) {
            CHECK(got.kept() == grain::coarse);
            CHECK(want.kept() == grain::fine);
            CHECK(testing::detail::to_doubles(ctx, got) ==
                  testing::detail::to_doubles(ctx, cuda::as(ctx, want, grain::coarse)));
        };
        rounded(add(ctx, a, b), add(ctx, wide_a, wide_b));
        rounded(mul(ctx, a, column), mul(ctx, wide_a, column));
        rounded(add(ctx, row, b), add(ctx, row, wide_b));
        rounded(affine(ctx, a, 0.3, 1), affine(ctx, wide_a, 0.3, 1));
        rounded(relu(ctx, a), relu(ctx, wide_a));
        rounded(gelu(ctx, a), gelu(ctx, wide_a));
        rounded(layer_norm(ctx, a, row, row), layer_norm(ctx, wide_a, row, row));
        CHECK(add(ctx, column, mgkit::sum(ctx, a, {1}, true)).kept() == grain::fine);
        CHECK(max(ctx, a, 1).kept() == grain::fine);
        CHECK(matmul(ctx, a, b, false, true).kept() == grain::fine);
    }
}

TEST_CASE("what is made again for the backward pass is what it was", "[cuda]") {
    context ctx;
    for (const extent width : {48, 20}) {
        const T x = cuda::as(ctx, uploaded(ctx, {2, 5, width}), grain::coarse),
                scale = uploaded(ctx, {width}, 1), shift = uploaded(ctx, {width}, 2),
                weight = uploaded(ctx, {width, width}, 3), mix = uploaded(ctx, {5, 5}, 4),
                bias = uploaded(ctx, {5}, 5);
        gradient_slot<T> slots[2];
        const recording<T> record(ctx);
        const X in = watch(x, slots[0]), w = watch(weight, slots[1]);
        const X normed = layer_norm(ctx, in, X{scale}, X{shift}),
                mapped = linear(ctx, in, w, X{shift}, activation::gelu),
                mixed = token_mix(ctx, in, X{mix}, X{bias}, activation::gelu);
        for (const X& y : {normed, mapped, mixed}) {
            const T light = y.value.light();
            CHECK(light.in().at == nullptr);
            const auto values = [&](const T& t) { return testing::detail::to_doubles(ctx, t); };
            CHECK(values(light.whole(ctx)) == values(y.value));
            CHECK(light.whole(ctx).in().at == light.whole(ctx).in().at);
            CHECK(light.in().at == nullptr);
            CHECK(light.viewed({2 * 5 * width}).whole(ctx).extents() == shape{2 * 5 * width});
        }
    }
}
