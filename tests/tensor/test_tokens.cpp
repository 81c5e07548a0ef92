// Operations on token sequences.
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::check_operation;
using test::op_case;
using test::operation;
using test::over;
using test::t64;

TEST_CASE("softmax over the last axis", "[tensor]") {
    std::vector<op_case> cases =
        over({{1}, {2}, {17}, {3, 1}, {0, 4}, {2, 3, 33}, {300, 65}}, -4, 4);
    for (op_case& c : cases) c.float_gradients = c.operands[0].extents[-1] == 1 ? 1 : 5e-5;
    check_operation(operation([](context& c, const auto& in) { return softmax(c, in[0]); }), cases);
    context ctx;
    const t64 x = test::tensor_of<t64>(ctx, {1000, 1001, -1e4, -1000, -1000, -1000}, {2, 3});
    const auto y = test::values_of(ctx, softmax(ctx, x));
    CHECK(y[0] == Catch::Approx(1 / (1 + std::exp(1.0))).epsilon(1e-12));
    CHECK(y[2] == 0);
    CHECK(y[3] == Catch::Approx(1.0 / 3));
}

TEST_CASE("attention of packed projections", "[tensor]") {
    for (const int heads : {1, 2, 4}) {
        std::vector<op_case> cases;
        for (const shape& s : {shape{1, 1, 12}, shape{2, 3, 12}, shape{3, 7, 24}, shape{0, 3, 12},
                               shape{9, 33, 60}}) {
            op_case c{{{s}}};
            c.float_values = 1e-5;
            c.float_gradients = 1e-4;
            cases.push_back(c);
        }
        check_operation(
            operation([heads](context& c, const auto& in) { return attention(c, in[0], heads); }),
            cases);
    }
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

TEST_CASE("mixing of tokens", "[tensor]") {
    for (const activation act : {activation::none, activation::relu, activation::gelu}) {
        std::vector<op_case> cases;
        for (const shape& s : {shape{1, 1, 1}, shape{2, 3, 4}, shape{5, 7, 3}, shape{0, 3, 4},
                               shape{2, 3, 0}, shape{37, 33, 20}})
            for (const extent m : {1, 5}) {
                op_case c{{{s}, {{m, s[1]}}, {{m}}}};
                c.float_values = 1e-5;
                c.float_gradients = 1e-4;
                cases.push_back(c);
            }
        for (unsigned constants : {1u, 2u, 4u, 6u}) {
            op_case c{{{{3, 4, 5}}, {{4, 4}}, {{4}}}};
            c.constants = constants;
            cases.push_back(c);
        }
        check_operation(operation([act](context& c, const auto& in) {
                            return token_mix(c, in[0], in[1], in[2], act);
                        }),
                        cases);
    }
}

TEST_CASE("restored tokens", "[tensor]") {
    for (const int gap : {1, 2, 4, 9}) {
        std::vector<op_case> cases;
        for (const shape& s :
             {shape{1, 1, 1}, shape{2, 9, 3}, shape{0, 4, 2}, shape{2, 4, 0}, shape{30, 33, 40}})
            cases.push_back({{{s}, {s}}});
        check_operation(operation([gap](context& c, const auto& in) {
                            return restore_tokens(c, in[0], in[1], gap);
                        }),
                        cases);
    }
    context ctx;
    const t64 mixed = test::tensor_of<t64>(ctx, {1, 2, 3, 4, 5}, {1, 5, 1});
    const t64 kept = test::tensor_of<t64>(ctx, {10, 20, 30, 40, 50}, {1, 5, 1});
    CHECK(test::values_of(ctx, restore_tokens(ctx, mixed, kept, 2)) ==
          std::vector<double>{10, 2, 30, 4, 50});
}

TEST_CASE("cross-entropy of rows", "[tensor]") {
    std::vector<op_case> cases;
    for (const shape& s : {shape{1, 1}, shape{3, 4}, shape{7, 17}, shape{120, 201}}) {
        op_case c{{{s, -3, 3}, {s, 0, 1}}};
        c.float_values = 1e-5;
        c.float_gradients = s[1] == 1 ? 1 : 1e-4;
        c.step = 1e-4;
        cases.push_back(c);
    }
    check_operation(
        operation([](context& c, const auto& in) { return cross_entropy(c, in[0], in[1]); }),
        cases);
    context ctx;
    const t64 logits = test::tensor_of<t64>(ctx, {1000, 0, 0, 0}, {2, 2});
    const t64 labels = test::tensor_of<t64>(ctx, {1, 0, 0, 1}, {2, 2});
    CHECK(test::values_of(ctx, cross_entropy(ctx, logits, labels))[0] ==
          Catch::Approx(std::log(2.0) / 2));
}

TEST_CASE("operations on tokens refuse what does not fit", "[tensor]") {
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

namespace {

/// Values, moments and so on after `steps` updates.
template <class T, class Update>
std::vector<std::vector<double>> updated(int threads, const shape& extents, int states, int steps,
                                         Update update) {
    context ctx;
    ctx.threads = threads;
    std::vector<T> all;
    all.push_back(test::tensor_of<T>(ctx, test::draw({extents}, 1), extents));
    for (int i = 0; i < states; ++i) all.push_back(backend_traits<T>::full(ctx, extents, 0));
    for (int step = 0; step < steps; ++step) {
        auto values = test::draw({extents}, static_cast<std::uint32_t>(10 + step));
        if (!values.empty()) values[0] = 0;
        const T gradient = test::tensor_of<T>(ctx, values, extents);
        update(ctx, all, gradient, step);
        CHECK(test::same_bits(test::values_of(ctx, gradient), values));
    }
    std::vector<std::vector<double>> out;
    for (const T& t : all) out.push_back(test::values_of(ctx, t));
    return out;
}

const auto adam = [](context& ctx, auto& all, const auto& gradient, int step) {
    using T = std::decay_t<decltype(gradient)>;
    const T rates = test::tensor_of<T>(
        ctx, {1e-2 / (1 - std::pow(0.9, step + 1)), 1 / std::sqrt(1 - std::pow(0.999, step + 1))},
        {2});
    adam_step(ctx, op::adam_step{.weight_decay = 1e-2}, all[0], gradient, rates, all[1], all[2]);
};

template <bool Ahead>
const auto sgd = [](context& ctx, auto& all, const auto& gradient, int) {
    using T = std::decay_t<decltype(gradient)>;
    const T rate = test::tensor_of<T>(ctx, {0.05}, {1});
    sgd_step(ctx, op::sgd_step{.weight_decay = 1e-2, .nesterov = Ahead}, all[0], gradient, rate,
             all[1]);
};

template <class Update>
void check_update(int states, Update update) {
    for (const shape& s : {shape{}, shape{1}, shape{0}, shape{7, 5}, shape{150, 230}}) {
        INFO(s.str());
        const auto fast = updated<t64>(1, s, states, 5, update);
        const auto slow = updated<test::composed>(1, s, states, 5, update);
        const auto single = updated<test::t32>(1, s, states, 5, update);
        const auto threaded = updated<test::t32>(2, s, states, 5, update);
        for (std::size_t i = 0; i < fast.size(); ++i) {
            CHECK(test::difference(fast[i], slow[i]) < 1e-12);
            CHECK(test::difference(single[i], fast[i]) < 1e-4);
            CHECK(test::same_bits(single[i], threaded[i]));
        }
    }
}

}  // namespace

TEST_CASE("optimiser updates equal their compositions", "[tensor]") {
    check_update(2, adam);
    check_update(1, sgd<false>);
    check_update(1, sgd<true>);
}

TEST_CASE("the first steps of both optimisers by hand", "[tensor]") {
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
