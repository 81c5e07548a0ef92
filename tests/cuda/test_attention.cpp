// SPDX-License-Identifier: MIT
// Attention by one block per sample and head: tiles, padding, softmax and gradients.
#include "catch.hpp"
#include "cuda/coarse.hpp"
#include "cuda/emulated.hpp"

using namespace mgkit;

namespace {

using T = test::emulated_tensor<cuda::bf16>;
using X = variable<T>;
using cuda::grain;

T drawn(context& ctx, const shape& extents, std::uint32_t number, double scale = 1) {
    random_stream stream(random_key{.seed = 6, .clip = number}, "values");
    std::vector<double> values(static_cast<std::size_t>(extents.elements()));
    for (double& v : values) v = scale * stream.normal();
    return cuda::as(ctx, testing::detail::from_doubles<T>(ctx, values, extents), grain::coarse);
}

/// Result and gradients of attend, with shared memory of `limit` bytes.
struct outcome {
    std::vector<std::vector<double>> values;
    std::size_t launches = 0;
};
outcome attended(const shape& extents, std::size_t limit, bool in_double = false) {
    context ctx;
    auto& device = test::emulated::of(ctx);
    device.shared_limit = limit;
    const T query = drawn(ctx, extents, 1), memory = drawn(ctx, extents, 2),
            weights = drawn(ctx, extents, 3);
    outcome out;
    const auto run = [&]<class U>(const U& q, const U& m, const U& w) {
        gradient_slot<U> slots[2];
        const recording<U> record(ctx);
        const std::size_t before = device.launches;
        const variable<U> y = attend(ctx, watch(q, slots[0]), watch(m, slots[1]), 0.3);
        backward(ctx, y, &w);
        out.launches = device.launches - before;
        for (const U& t : {y.value, slots[0].gradient, slots[1].gradient})
            out.values.push_back(testing::detail::to_doubles(ctx, t));
    };
    if (!in_double) {
        run(query, memory, weights);
    } else {
        using reference = testing::reference;
        const auto as_double = [&](const T& t) {
            return testing::detail::from_doubles<reference>(
                ctx, testing::detail::to_doubles(ctx, t), t.extents());
        };
        run(as_double(query), as_double(memory), as_double(weights));
    }
    return out;
}

}  // namespace

TEST_CASE("attention by tiles keeps the laws of the conformance kit", "[cuda]") {
    using families = type_list<test::family_on_coarse<test::wide_operations, ~0u>>;
    const auto report = testing::conformance<T, families>({.epsilon = 0x1p-8});
    for (const std::string& failure : report.failures()) UNSCOPED_INFO(failure);
    CHECK(report.ok());
}

TEST_CASE("one launch forward and one backward, near the result in double", "[cuda]") {
    for (const shape& extents : {shape{2, 50, 128}, shape{1, 64, 64}, shape{3, 5, 16}}) {
        const outcome tiled = attended(extents, 227 * 1024), products = attended(extents, 0),
                      want = attended(extents, 0, true);
        CHECK(tiled.launches == 2);
        CHECK(products.launches > 6);
        // Weights and what is stored are rounded to 2^-8; sums of many such come nearer.
        for (std::size_t i = 0; i < want.values.size(); ++i) {
            CHECK(testing::detail::difference(tiled.values[i], want.values[i]) < 0x1p-7);
            CHECK(testing::detail::difference(products.values[i], want.values[i]) < 0x1p-7);
        }
    }
}

TEST_CASE("attention of packed projections: tiles are level with products", "[cuda]") {
    for (const int heads : {1, 2, 4}) {
        const auto run = [&](std::size_t limit, bool fused) {
            context ctx;
            auto& device = test::emulated::of(ctx);
            device.shared_limit = limit;
            const T qkv = drawn(ctx, {2, 21, 3 * 64}, 1), weights = drawn(ctx, {2, 21, 64}, 2);
            gradient_slot<T> slot;
            const recording<T> record(ctx);
            const std::size_t before = device.launches;
            const X y = attention(ctx, watch(qkv, slot), heads);
            backward(ctx, y, &weights);
            CHECK((device.launches - before == 2) == fused);
            auto out = testing::detail::to_doubles(ctx, y.value);
            const auto gradient = testing::detail::to_doubles(ctx, slot.gradient);
            out.insert(out.end(), gradient.begin(), gradient.end());
            return out;
        };
        const auto tiled = run(227 * 1024, true), products = run(0, false);
        CHECK(testing::detail::difference(tiled, products) < 0x1p-7);
    }
}

TEST_CASE("a head that does not fit shared memory, or is no whole tile, goes through products",
          "[cuda]") {
    using plan = cuda::attention_plan;
    // 64 and 50 tokens with one head of 1,024 fit both generations; 64 tokens of 2,048 do not.
    const std::size_t sm_80 = 163 * 1024, sm_90 = 227 * 1024;
    for (const extent tokens : {64, 50}) {
        const plan p{1024, 1, tokens, 1024, true, 1};
        CHECK(fits(p));
        CHECK(static_cast<std::size_t>(p.shared_bytes()) <= sm_80);
    }
    CHECK(static_cast<std::size_t>(plan{8, 1, 64, 2048, true, 1}.shared_bytes()) > sm_90);
    CHECK_FALSE(fits(plan{8, 4, 64, 24, false, 1}));
    CHECK_FALSE(fits(plan{8, 4, 80, 32, false, 1}));
    CHECK(attended({2, 7, 24}, sm_90).launches > 6);
}
