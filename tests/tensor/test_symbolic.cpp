// SPDX-License-Identifier: MIT
// Shapes without data: extents and counts of every operation.
#include "mgkit/testing/symbolic.hpp"

#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::t64;
using testing::counts;
using testing::symbolic;

static_assert(testing::complete_backend<symbolic>);
static_assert(testing::complete_backend<t64> && testing::complete_backend<test::t32>);
static_assert(testing::complete_backend<test::composed>);
static_assert(!testing::complete_backend<int>);
static_assert(!overrides_forward<op::gelu, test::composed, 1>);
static_assert(!overrides_backward<op::max, test::composed, 1>);

TEST_CASE("symbolic operations are counted by kind", "[symbolic]") {
    context ctx;
    const symbolic a(shape{2, 3}), b(shape{3, 5});
    matmul(ctx, a, b);
    CHECK(counts(ctx).multiply_adds == 2 * 3 * 5);
    CHECK(counts(ctx).bytes == 4 * 2 * 5);
    CHECK(counts(ctx).operations == 1);
    counts(ctx) = {};
    add(ctx, a, symbolic(shape{4, 1, 3}));
    exp(ctx, a);
    CHECK(counts(ctx).elementwise == 4 * 2 * 3 + 2 * 3);
    sum(ctx, a);
    max(ctx, a, 0);
    CHECK(counts(ctx).reduced == 12);
    permute(ctx, a, {1, 0});
    slice(ctx, a, 1, 0, 1);
    concat(ctx, 0, a, a);
    CHECK(counts(ctx).moved == 6 + 2 + 12);
    CHECK(counts(ctx).multiply_adds == 0);
    CHECK(counts(ctx).operations == 7);
}

TEST_CASE("the backward pass of a product costs two products", "[symbolic][quick]") {
    context ctx;
    gradient_slot<symbolic> slots[2];
    const recording<symbolic> record(ctx);
    const auto out = matmul(ctx, watch(symbolic(shape{8, 2, 3}), slots[0]),
                            watch(symbolic(shape{3, 5}), slots[1]));
    counts(ctx) = {};
    backward(ctx, sum(ctx, out));
    CHECK(counts(ctx).multiply_adds == 2 * 8 * 2 * 3 * 5);
}

TEST_CASE("symbolic tensors have no values", "[symbolic][quick]") {
    using traits = backend_traits<symbolic>;
    context ctx;
    const std::vector<float> four(4);
    CHECK(traits::from_host(ctx, four, {2, 2}).extents() == shape{2, 2});
    CHECK_THAT(test::refusal([&] { traits::from_host(ctx, four, {5}); }),
               Contains("5 values") && Contains("4 values"));
    std::vector<float> target(4);
    CHECK_THAT(test::refusal([&] { traits::to_host(ctx, symbolic(shape{4}), target); }),
               Contains("[4]") && Contains("has no values"));
    symbolic t(shape{2, 2});
    CHECK_THAT(test::refusal([&] { traits::assign(ctx, t, symbolic(shape{4})); }),
               Contains("[2, 2]") && Contains("[4]"));
    CHECK_THAT(test::refusal([&] { traits::reshape(t, {3}); }), Contains("[3]"));
    CHECK_THAT(test::refusal([&] { matmul(ctx, t, symbolic(shape{3, 2})); }), Contains("matmul"));
}

TEST_CASE("optimiser updates run on symbolic tensors", "[symbolic]") {
    context ctx;
    symbolic value(shape{3, 4}), m(shape{3, 4}), v(shape{3, 4});
    adam_step(ctx, {}, value, symbolic(shape{3, 4}), symbolic(shape{2}), m, v);
    sgd_step(ctx, {}, value, symbolic(shape{3, 4}), symbolic(shape{1}), m);
    CHECK(value.extents() == shape{3, 4});
    CHECK(counts(ctx).elementwise > 12);
}
