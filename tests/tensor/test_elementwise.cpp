// Elementwise operations: values, gradients, broadcasting.
#include "tensor/op_check.hpp"

using namespace mgkit;
using test::check_operation;
using test::op_case;
using test::operation;
using test::over;

namespace {

/// Empty, single, without axes, odd widths, and one large enough to be cut into pieces.
const std::vector<shape> shapes{{}, {1}, {0}, {3, 0, 2}, {7}, {2, 3}, {5, 1, 17}, {3, 111, 127}};

/// Every way in which two shapes combine.
std::vector<op_case> pairs(double low = -2, double high = 2) {
    const std::vector<std::pair<shape, shape>> shapes_of_pairs{
        {{}, {}},
        {{}, {3}},
        {{4, 3}, {}},
        {{1}, {5}},
        {{5}, {1}},
        {{1}, {}},
        {{2, 3}, {2, 3}},
        {{2, 3}, {3}},
        {{3}, {2, 3}},
        {{2, 3}, {1, 3}},
        {{2, 1}, {2, 3}},
        {{2, 1}, {1, 3}},
        {{1, 1}, {4, 5}},
        {{2, 1, 4}, {3, 1}},
        {{2, 3, 1, 5}, {3, 4, 1}},
        {{1, 3, 1, 2, 1, 2}, {2, 1, 3, 1, 2, 1}},
        {{0, 3}, {3}},
        {{0, 1}, {1, 4}},
        {{1, 3}, {0, 3}},
        {{1}, {0}},
        {{130, 257}, {130, 257}},
        {{130, 257}, {257}},
        {{130, 1}, {257}},
        {{3, 1, 9000}, {2, 1}},
    };
    std::vector<op_case> out;
    for (const auto& [a, b] : shapes_of_pairs) {
        op_case c{{{a, low, high}, {b, low, high}}};
        c.float_gradients = 1e-4;
        out.push_back(c);
    }
    return out;
}

}  // namespace

TEST_CASE("sums and products broadcast in every pattern", "[tensor]") {
    check_operation(operation([](context& c, const auto& in) { return add(c, in[0], in[1]); }),
                    pairs());
    check_operation(operation([](context& c, const auto& in) { return sub(c, in[0], in[1]); }),
                    pairs());
    check_operation(operation([](context& c, const auto& in) { return mul(c, in[0], in[1]); }),
                    pairs());
}

TEST_CASE("comparisons broadcast and have no gradient", "[tensor]") {
    check_operation(operation([](context& c, const auto& in) { return greater(c, in[0], in[1]); }),
                    pairs());
    context ctx;
    const auto a = test::tensor_of<test::t64>(ctx, {1, 2, 3, NAN}, {4});
    const auto b = test::tensor_of<test::t64>(ctx, {2, 2, 2, 2}, {4});
    CHECK(test::values_of(ctx, greater(ctx, a, b)) == std::vector<double>{0, 0, 1, 0});
}

TEST_CASE("functions of one value", "[tensor]") {
    check_operation(
        operation([](context& c, const auto& in) { return affine(c, in[0], -1.5, 0.25); }),
        over(shapes));
    check_operation(operation([](context& c, const auto& in) { return exp(c, in[0]); }),
                    over(shapes));
    check_operation(operation([](context& c, const auto& in) { return log(c, in[0]); }),
                    over(shapes, 0.2, 3));
    check_operation(operation([](context& c, const auto& in) { return rsqrt(c, in[0]); }),
                    over(shapes, 0.2, 3));
    check_operation(operation([](context& c, const auto& in) { return erf(c, in[0]); }),
                    over(shapes));
    check_operation(operation([](context& c, const auto& in) { return tanh(c, in[0]); }),
                    over(shapes));
    check_operation(operation([](context& c, const auto& in) { return square(c, in[0]); }),
                    over(shapes));
}

TEST_CASE("select takes what the mask says and leaves the rest out of it", "[tensor]") {
    std::vector<op_case> cases;
    for (const shape& s : shapes) cases.push_back({{{s}, {s}, {s}}, 1u});
    check_operation(operation([](context& c, const auto& in) {
                        using X = std::decay_t<decltype(in[0])>;
                        const X mask = greater(c, in[0], constant<X>(c, shape_of(in[0]), 0));
                        return select(c, mask, in[1], in[2]);
                    }),
                    cases);

    context ctx;
    using T = test::t64;
    gradient_slot<T> slots[2];
    const T mask = test::tensor_of<T>(ctx, {1, 0, -3, 0}, {4});
    const recording<T> record(ctx);
    const auto out = select(ctx, variable<T>{mask},
                            watch(test::tensor_of<T>(ctx, {1, NAN, 3, NAN}, {4}), slots[0]),
                            watch(test::tensor_of<T>(ctx, {NAN, 20, NAN, 40}, {4}), slots[1]));
    CHECK(test::values_of(ctx, out.value) == std::vector<double>{1, 20, 3, 40});
    backward(ctx, sum(ctx, out));
    CHECK(test::values_of(ctx, slots[0].gradient) == std::vector<double>{1, 0, 1, 0});
    CHECK(test::values_of(ctx, slots[1].gradient) == std::vector<double>{0, 1, 0, 1});
}

TEST_CASE("mean squared error", "[tensor]") {
    std::vector<op_case> cases;
    for (const shape& s : {shape{}, shape{1}, shape{7}, shape{5, 1, 17}, shape{130, 257}})
        cases.push_back({.operands = {{s}, {s}}, .step = 1e-4});
    check_operation(operation([](context& c, const auto& in) { return mse(c, in[0], in[1]); }),
                    cases);
}

TEST_CASE("elementwise operations refuse shapes that do not fit", "[tensor]") {
    context ctx;
    using T = test::t64;
    const auto make = [&](const shape& s) { return backend_traits<T>::full(ctx, s, 1); };
    const T a = make({2, 3}), b = make({2, 4}), c = make({3, 3}), one = make({3});
    using Catch::Matchers::Contains;
    CHECK_THAT(test::refusal([&] { add(ctx, a, b); }),
               Contains("add") && Contains("[2, 3]") && Contains("[2, 4]") && Contains("repeats"));
    CHECK_THAT(test::refusal([&] { mul(ctx, a, c); }), Contains("mul") && Contains("[3, 3]"));
    CHECK_THAT(test::refusal([&] { sub(ctx, a, b); }), Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] { greater(ctx, a, b); }), Contains("greater"));
    CHECK_THAT(test::refusal([&] { mse(ctx, a, b); }), Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] { select(ctx, a, one, one); }),
               Contains("select") && Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] { select(ctx, a, a, b); }), Contains("select"));
    CHECK_THAT(test::refusal([&] { add(ctx, make({0, 3}), make({2, 3})); }), Contains("[0, 3]"));
}
