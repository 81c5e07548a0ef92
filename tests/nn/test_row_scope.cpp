// SPDX-License-Identifier: MIT
// Random layers on part of a batch, on bags of clips and on one row for each bag.
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/core/row_scope.hpp"
#include "mgkit/nn/dst_layer.hpp"
#include "nn/pieces.hpp"

using namespace mgkit;
using D = eigen::tensor<double>;

namespace {

using factors = std::vector<double>;

/// Factors of two branches, one after the other.
std::vector<factors> drawn(context& ctx, extent rows, const char* layer = "layer") {
    const auto plan = nn::draw_paths<2, D>(ctx, layer, .5, rows);
    std::vector<factors> out;
    for (const D& f : plan.factors) out.push_back(test::to_doubles(ctx, f));
    return out;
}
std::vector<factors> chosen(const std::vector<factors>& all, const std::vector<std::size_t>& rows) {
    std::vector<factors> out;
    for (const factors& f : all) {
        out.emplace_back();
        for (const std::size_t row : rows) out.back().push_back(f[row]);
    }
    return out;
}
context batch(std::uint32_t clips, std::uint32_t views) {
    context ctx{.seed = 8, .training = true};
    for (std::uint32_t view = 0; view < views; ++view)
        for (std::uint32_t clip = 0; clip < clips; ++clip) ctx.rows.push_back({clip, view});
    return ctx;
}

}  // namespace

TEST_CASE("rows in a scope draw what they draw in the whole batch", "[quick]") {
    context ctx = batch(30, 2);
    const auto all = drawn(ctx, 60);
    const auto range = [](std::size_t first, std::size_t count, std::size_t stride = 1) {
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < count; ++i) out.push_back(first + i * stride);
        return out;
    };
    {
        const row_scope first(ctx, 0, 30);
        CHECK(drawn(ctx, 30) == chosen(all, range(0, 30)));
    }
    {
        const row_scope second(ctx, 30, 30);
        CHECK(drawn(ctx, 30) == chosen(all, range(30, 30)));
        {
            const row_scope part(ctx, 5, 10);
            CHECK(drawn(ctx, 10) == chosen(all, range(35, 10)));
        }
        CHECK(drawn(ctx, 30) == chosen(all, range(30, 30)));
    }
    {
        const row_scope some(ctx, {.first = 1, .count = 20, .stride = 3});
        CHECK(drawn(ctx, 20) == chosen(all, range(1, 20, 3)));
        const row_scope fewer(ctx, {.first = 2, .count = 5, .stride = 4});
        CHECK(drawn(ctx, 5) == chosen(all, range(7, 5, 12)));
    }
    CHECK(drawn(ctx, 60) == all);
    { const row_scope none(ctx, 0, 0); }
    CHECK_FALSE(ctx.window.has_value());
}

TEST_CASE("clips of a bag draw apart, and the same in any batch", "[quick]") {
    context bags = batch(40, 1);
    std::vector<factors> all;
    {
        const row_scope clips(bags, {.count = 40, .each = 3});
        all = drawn(bags, 120);
    }
    int unlike = 0;
    for (std::size_t bag = 0; bag < 40; ++bag)
        unlike += all[0][3 * bag] != all[0][3 * bag + 1] || all[0][3 * bag] != all[0][3 * bag + 2];
    CHECK(unlike > 20);  // three quarters of 40, deviation 2.7
    bags.rows = {bags.rows[7], bags.rows[31]};
    const row_scope clips(bags, {.count = 2, .each = 3});
    CHECK(drawn(bags, 6) == chosen(all, {21, 22, 23, 93, 94, 95}));
    CHECK(drawn(bags, 6, "other") != chosen(all, {21, 22, 23, 93, 94, 95}));
}

TEST_CASE("scopes that do not fit are refused", "[quick]") {
    context ctx = batch(4, 2);
    CHECK_REFUSED(drawn(ctx, 4), "context::rows with 4 entries, found 8 entries");
    CHECK_REFUSED(drawn(ctx, 4), "open a row_scope");
    CHECK_REFUSED(row_scope(ctx, {.count = 4, .stride = 0}), "stride 0");
    CHECK_REFUSED(row_scope(ctx, {.count = 4, .each = 0}), "each 0");
    {
        const row_scope half(ctx, 0, 4);
        CHECK_REFUSED(drawn(ctx, 8), "expected 4 rows");
        CHECK_REFUSED(row_scope(ctx, 2, 3), "rows within the 4 of the scope around");
        CHECK(drawn(ctx, 4)[0].size() == 4);
    }
    {
        const row_scope beyond(ctx, 5, 4);
        CHECK_REFUSED(drawn(ctx, 4), "context::rows with 9 entries or more, found 8 entries");
    }
    {
        const row_scope clips(ctx, {.count = 8, .each = 2});
        CHECK_REFUSED(drawn(ctx, 8), "expected 16 rows");
        CHECK_REFUSED(row_scope(ctx, 0, 4), "one row for each entry");
        CHECK(drawn(ctx, 16)[0].size() == 16);
    }
    const row_scope half(ctx, 0, 4);
    {
        const context_guard guard(ctx);
        ctx.window.reset();
        CHECK(drawn(ctx, 8)[0].size() == 8);
    }
    CHECK(drawn(ctx, 4)[0].size() == 4);
}

TEST_CASE("a layer with stochastic depth runs on half a batch as in the whole", "[quick]") {
    context ctx = batch(2, 2);
    nn::dst_layer<D> layer(nn::scope(ctx, "layer"), 3, 4, {.gap = 1, .drop_path = .5});
    const D x = test::from_doubles<D>(
        ctx, factors{1, 2,  3, -1, 0, 1, 2, 2, 1, 3, 1, 0, 2, 2, -1, 0, 3, 1, 1, -2, 0, 1, 2, 1,
                     1, -1, 0, 2,  1, 1, 0, 3, 2, 1, 0, 0, 1, 1, 2,  3, 1, 0, 1, 2,  1, 0, 0, 1},
        {4, 3, 4});
    const auto whole = test::to_doubles(ctx, layer(ctx, x));
    CHECK_REFUSED(layer(ctx, slice(ctx, x, 0, 2, 2)), "row_scope");
    const row_scope view(ctx, 2, 2);
    const auto half = test::to_doubles(ctx, layer(ctx, slice(ctx, x, 0, 2, 2)));
    REQUIRE(half.size() == 24);
    for (std::size_t i = 0; i < 24; ++i) CHECK(half[i] == Catch::Approx(whole[24 + i]));
}
