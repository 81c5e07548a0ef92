// SPDX-License-Identifier: MIT
// Operations on token sequences.
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::t64;

TEST_CASE("softmax over the last axis", "[tensor][quick]") {
    context ctx;
    const t64 x = test::tensor_of<t64>(ctx, {1000, 1001, -1e4, -1000, -1000, -1000}, {2, 3});
    const auto y = test::values_of(ctx, softmax(ctx, x));
    CHECK(y[0] == Catch::Approx(1 / (1 + std::exp(1.0))).epsilon(1e-12));
    CHECK(y[2] == 0);
    CHECK(y[3] == Catch::Approx(1.0 / 3));
}

TEST_CASE("attention of packed projections", "[tensor][quick]") {
    // Equal keys: every token receives the mean of the values; heads own consecutive channels.
    context ctx;
    const t64 qkv =
        test::tensor_of<t64>(ctx, {1, 2, 0, 0, 10, 20, /**/ 3, 4, 0, 0, 30, 60}, {1, 2, 6});
    for (const int heads : {1, 2})
        CHECK(test::difference(test::values_of(ctx, attention(ctx, qkv, heads)), {20, 40, 20, 40}) <
              1e-15);
    // The second head alone sees a difference between keys.
    const t64 keyed =
        test::tensor_of<t64>(ctx, {0, 1, 0, 0, 10, 20, /**/ 0, 1, 0, 50, 30, 60}, {1, 2, 6});
    CHECK(test::difference(test::values_of(ctx, attention(ctx, keyed, 2)), {20, 60, 20, 60}) <
          1e-12);
}

TEST_CASE("restored tokens", "[tensor][quick]") {
    context ctx;
    const t64 mixed = test::tensor_of<t64>(ctx, {1, 2, 3, 4, 5}, {1, 5, 1});
    const t64 kept = test::tensor_of<t64>(ctx, {10, 20, 30, 40, 50}, {1, 5, 1});
    CHECK(test::values_of(ctx, restore_tokens(ctx, mixed, kept, 2)) ==
          std::vector<double>{10, 2, 30, 4, 50});
}

TEST_CASE("cross-entropy of rows", "[tensor][quick]") {
    context ctx;
    const t64 logits = test::tensor_of<t64>(ctx, {1000, 0, 0, 0}, {2, 2});
    const t64 labels = test::tensor_of<t64>(ctx, {1, 0, 0, 1}, {2, 2});
    CHECK(test::values_of(ctx, cross_entropy(ctx, logits, labels))[0] ==
          Catch::Approx(std::log(2.0) / 2));
}

TEST_CASE("operations on tokens refuse what does not fit", "[tensor][quick]") {
    context ctx;
    const auto make = [&](const shape& s) { return backend_traits<t64>::full(ctx, s, 1); };
    const t64 qkv = make({2, 3, 12});
    CHECK_THAT(test::refusal([&] { attention(ctx, qkv, 3); }),
               Contains("attention") && Contains("3 heads") && Contains("[2, 3, 12]"));
    CHECK_THAT(test::refusal([&] { attention(ctx, qkv, 0); }), Contains("0 heads"));
    CHECK_THAT(test::refusal([&] { attention(ctx, make({3, 12}), 1); }), Contains("[3, 12]"));
    CHECK_THAT(test::refusal([&] { attention(ctx, make({2, 0, 12}), 1); }), Contains("[2, 0, 12]"));
    CHECK_THAT(test::refusal([&] { attention(ctx, make({2, 3, 0}), 1); }), Contains("[2, 3, 0]"));
    CHECK_THAT(test::refusal([&] {
                   softmax(ctx, make({2, 0}));
               }),
               Contains("softmax") && Contains("[2, 0]"));
    CHECK_THAT(test::refusal([&] { softmax(ctx, make({})); }), Contains("softmax"));
    CHECK_THAT(test::refusal([&] {
                   token_mix(ctx, qkv, make({4, 4}), make({4}));
               }),
               Contains("token_mix") && Contains("[4, 4]") && Contains("resample"));
    CHECK_THAT(test::refusal([&] {
                   token_mix(ctx, qkv, make({4, 3}), make({3}));
               }),
               Contains("bias [3]"));
    CHECK_THAT(test::refusal([&] { restore_tokens(ctx, qkv, qkv, 0); }), Contains("gap 0"));
    CHECK_THAT(test::refusal([&] {
                   restore_tokens(ctx, qkv, make({2, 3, 11}), 2);
               }),
               Contains("[2, 3, 11]"));
    CHECK_THAT(test::refusal([&] {
                   cross_entropy(ctx, make({2, 3}), make({2, 4}));
               }),
               Contains("cross_entropy") && Contains("[2, 4]"));
    CHECK_THAT(test::refusal([&] {
                   cross_entropy(ctx, make({0, 3}), make({0, 3}));
               }),
               Contains("[0, 3]"));
}

TEST_CASE("the first steps of both optimisers by hand", "[tensor][quick]") {
    context ctx;
    t64 value = test::tensor_of<t64>(ctx, {1}, {1}), m = test::tensor_of<t64>(ctx, {0}, {1}),
        v = test::tensor_of<t64>(ctx, {0}, {1});
    const t64 gradient = test::tensor_of<t64>(ctx, {4}, {1});
    // Adam's first step is the rate, whatever the gradient's size.
    adam_step(ctx, {}, value, gradient,
              test::tensor_of<t64>(ctx, {0.01 / (1 - 0.9), 1 / std::sqrt(1 - 0.999)}, {2}), m, v);
    CHECK(test::values_of(ctx, value)[0] == Catch::Approx(0.99).epsilon(1e-8));
    t64 w = test::tensor_of<t64>(ctx, {1}, {1}), buffer = test::tensor_of<t64>(ctx, {0}, {1});
    const t64 rate = test::tensor_of<t64>(ctx, {0.1}, {1});
    sgd_step(ctx, {}, w, gradient, rate, buffer);
    CHECK(test::values_of(ctx, w)[0] == Catch::Approx(0.6));
    sgd_step(ctx, {}, w, gradient, rate, buffer);
    CHECK(test::values_of(ctx, w)[0] == Catch::Approx(0.6 - 0.1 * 7.6));
}
