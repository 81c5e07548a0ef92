// Sums, maxima, permutations, slices, concatenations and products.
#include "tensor/op_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::check_operation;
using test::op_case;
using test::operation;
using test::over;
using test::t64;

TEST_CASE("sums over any set of axes", "[tensor]") {
    const std::vector<shape> shapes{{2, 3, 4}, {1, 5, 1},  {3, 0, 2},
                                    {0, 3, 4}, {7, 1, 33}, {70, 3, 90}};
    const auto one_axis = [](int axis, bool keep) {
        return operation([=](context& c, const auto& in) { return sum(c, in[0], {axis}, keep); });
    };
    for (const int axis : {0, 1, 2, -1})
        check_operation(one_axis(axis, axis % 2 == 0), over(shapes));
    check_operation(operation([](context& c, const auto& in) {
                        return sum(c, in[0], {0, 2}, true);
                    }),
                    over(shapes));
    check_operation(operation([](context& c, const auto& in) {
                        return sum(c, in[0], {2, 1});
                    }),
                    over(shapes));
    check_operation(operation([](context& c, const auto& in) { return sum(c, in[0], {}); }),
                    over(shapes));
}

TEST_CASE("sums and means of everything", "[tensor]") {
    std::vector<op_case> cases = over({{}, {1}, {17}, {3, 0}, {2, 3, 4}, {190, 211}});
    for (op_case& c : cases) c.step = 1e-4;
    check_operation(operation([](context& c, const auto& in) { return sum(c, in[0]); }), cases);
    cases.erase(cases.begin() + 3);
    check_operation(operation([](context& c, const auto& in) { return mean(c, in[0]); }), cases);
    check_operation(
        operation([](context& c, const auto& in) { return mean(c, in[0], {-1}, true); }),
        over({{1}, {5}, {3, 7}, {150, 129}}));
}

TEST_CASE("column sums do not depend on the layout of the work", "[tensor]") {
    check_operation(operation([](context& c, const auto& in) { return sum(c, in[0], {0}); }),
                    over({{1, 1}, {3, 5}, {64, 3}, {65, 7}, {1000, 37}}));
}

TEST_CASE("maxima along any axis", "[tensor]") {
    const std::vector<shape> shapes{{2, 3, 4}, {1, 5, 1}, {7, 1, 33},
                                    {0, 3, 4}, {3, 4, 0}, {16, 40, 70}};
    check_operation(operation([](context& c, const auto& in) { return max(c, in[0], 1); }),
                    over(shapes));
    check_operation(operation([](context& c, const auto& in) { return max(c, in[0], -1, true); }),
                    over({{1}, {5}, {17}, {3, 20}, {300, 65}}));
    check_operation(operation([](context& c, const auto& in) { return max(c, in[0], 0); }),
                    over({{1}, {4, 1}, {9, 3}, {100, 170}}));
}

TEMPLATE_TEST_CASE("ties of a maximum share its gradient equally", "[tensor]", t64,
                   test::composed) {
    context ctx;
    using T = TestType;
    gradient_slot<T> slot;
    const T x = test::tensor_of<T>(ctx, {1, 3, 3, 2, /**/ 5, 5, 5, 5, /**/ -1, -2, -3, -4}, {3, 4});
    for (const int axis : {1, 0}) {
        slot.clear();
        const recording<T> record(ctx);
        const auto view = axis == 1 ? watch(x, slot) : permute(ctx, watch(x, slot), {1, 0});
        const auto best = max(ctx, view, axis);
        CHECK(test::values_of(ctx, best.value) == std::vector<double>{3, 5, -1});
        const T weights = test::tensor_of<T>(ctx, {6, 8, 1}, {3});
        backward(ctx, best, &weights);
        CHECK(test::difference(test::values_of(ctx, slot.gradient),
                               {0, 3, 3, 0, 2, 2, 2, 2, 1, 0, 0, 0}) < 1e-12);
    }
}

TEST_CASE("a maximum does not lose a missing value", "[tensor]") {
    context ctx;
    for (const extent length : {1, 3, 16, 20, 40})
        for (extent at = 0; at < length; ++at) {
            std::vector<double> values(static_cast<std::size_t>(2 * length), 1.0);
            values[static_cast<std::size_t>(at)] = NAN;
            const t64 x = test::tensor_of<t64>(ctx, values, {2, length});
            for (const auto& best : {test::values_of(ctx, max(ctx, x, 1)),
                                     test::values_of(ctx, max(ctx, permute(ctx, x, {1, 0}), 0))}) {
                CHECK(std::isnan(best[0]));
                CHECK(best[1] == 1);
            }
        }
}

TEST_CASE("axes in every order", "[tensor]") {
    for (const shape& s : {shape{2, 3, 5}, shape{1, 4, 1}, shape{0, 3, 2}, shape{40, 30, 50}}) {
        check_operation(operation([](context& c, const auto& in) {
                            return permute(c, in[0], {2, 0, 1});
                        }),
                        over({s}));
        check_operation(operation([](context& c, const auto& in) {
                            return permute(c, in[0], {-2, -1, 0});
                        }),
                        over({s}));
    }
    check_operation(operation([](context& c, const auto& in) { return permute(c, in[0], {}); }),
                    over({{}}));
    check_operation(operation([](context& c, const auto& in) {
                        return permute(c, in[0], {0, 2, 4, 3, 1, 5});
                    }),
                    over({{2, 3, 4, 2, 1, 3}}));
    context ctx;
    const t64 x = test::tensor_of<t64>(ctx, {0, 1, 2, 3, 4, 5}, {2, 3});
    CHECK(test::values_of(ctx, permute(ctx, x, {1, 0})) == std::vector<double>{0, 3, 1, 4, 2, 5});
}

TEST_CASE("other extents, same values", "[tensor]") {
    const std::vector<shape> shapes{{6, 4}, {3, 8, 1}, {24}, {2, 3, 4}};
    check_operation(operation([](context& c, const auto& in) {
                        return reshape(c, in[0], {4, 6});
                    }),
                    over(shapes));
    check_operation(operation([](context& c, const auto& in) {
                        return mul(c, reshape(c, in[0], {24}), reshape(c, in[0], {24}));
                    }),
                    over(shapes));
    check_operation(operation([](context& c, const auto& in) { return reshape(c, in[0], {}); }),
                    over({{1}, {1, 1}, {}}));
    check_operation(operation([](context& c, const auto& in) {
                        return reshape(c, in[0], {5, 0});
                    }),
                    over({{0}, {2, 0, 3}}));
}

TEST_CASE("slices and concatenations", "[tensor]") {
    const std::vector<shape> shapes{{6, 3}, {5, 1}, {5, 0}, {70, 300}};
    for (const auto& [begin, length] :
         std::vector<std::pair<extent, extent>>{{0, 2}, {1, 3}, {3, 2}, {0, 0}, {5, 0}, {0, 5}})
        check_operation(operation([b = begin, l = length](context& c, const auto& in) {
                            return slice(c, in[0], 0, b, l);
                        }),
                        over(shapes));
    check_operation(operation([](context& c, const auto& in) { return slice(c, in[0], -1, 1, 2); }),
                    over({{3}, {2, 4}, {3, 2, 5}, {0, 3}}));

    const auto joined = [](int axis) {
        return operation(
            [axis](context& c, const auto& in) { return concat(c, axis, in[0], in[1]); });
    };
    check_operation(joined(0), {{{{{2, 3}}, {{1, 3}}}},
                                {{{{1}}, {{4}}}},
                                {{{{0, 3}}, {{2, 3}}}},
                                {{{{2, 0}}, {{1, 0}}}},
                                {{{{40, 300}}, {{50, 300}}}}});
    check_operation(joined(-1),
                    {{{{{2, 3}}, {{2, 1}}}}, {{{{2, 1, 1}}, {{2, 1, 5}}}}, {{{{2, 0}}, {{2, 4}}}}});
    check_operation(operation([](context& c, const auto& in) {
                        return concat(c, 1, in[0], in[1], in[0], in[2]);
                    }),
                    {{{{{2, 3}}, {{2, 1}}, {{2, 2}}}}});
}

namespace {

std::vector<op_case> products(bool ta, bool tb) {
    struct sizes {
        shape lead_a, lead_b;
        extent m, k, n;
    };
    std::vector<op_case> out;
    for (const sizes& s : std::vector<sizes>{{{}, {}, 1, 1, 1},
                                             {{}, {}, 3, 5, 2},
                                             {{}, {}, 17, 33, 9},
                                             {{}, {}, 2, 0, 3},
                                             {{}, {}, 0, 4, 3},
                                             {{}, {}, 4, 3, 0},
                                             {{4}, {4}, 3, 5, 2},
                                             {{4}, {}, 3, 5, 2},
                                             {{}, {4}, 3, 5, 2},
                                             {{0}, {0}, 3, 5, 2},
                                             {{3}, {3}, 2, 0, 3},
                                             {{2, 3}, {2, 3}, 4, 1, 2},
                                             {{1}, {1}, 4, 3, 2},
                                             {{}, {}, 500, 200, 190},
                                             {{}, {}, 60, 300, 900},
                                             {{20}, {}, 31, 17, 29}}) {
        shape a = s.lead_a, b = s.lead_b;
        for (const extent e : {ta ? s.k : s.m, ta ? s.m : s.k}) a.push_back(e);
        for (const extent e : {tb ? s.n : s.k, tb ? s.k : s.n}) b.push_back(e);
        op_case c{{{a}, {b}}};
        c.float_values = 5e-6;
        c.step = 1e-4;
        out.push_back(c);
    }
    return out;
}

}  // namespace

TEST_CASE("products of matrices, transposed or not, batched or shared", "[tensor]") {
    for (const bool ta : {false, true})
        for (const bool tb : {false, true}) {
            INFO("transposes " << ta << tb);
            check_operation(operation([ta, tb](context& c, const auto& in) {
                                return matmul(c, in[0], in[1], ta, tb);
                            }),
                            products(ta, tb));
        }
    context ctx;
    const t64 a = test::tensor_of<t64>(ctx, {1, 2, 3, 4, 5, 6}, {2, 3});
    const t64 b = test::tensor_of<t64>(ctx, {1, 0, 2, 0, 1, 1}, {2, 3});
    CHECK(test::values_of(ctx, matmul(ctx, a, b, false, true)) ==
          std::vector<double>{7, 5, 16, 11});
}

TEST_CASE("structural operations refuse what does not fit", "[tensor]") {
    context ctx;
    const auto make = [&](const shape& s) { return backend_traits<t64>::full(ctx, s, 1); };
    const t64 a = make({2, 3}), cube = make({2, 3, 4});
    CHECK_THAT(test::refusal([&] { sum(ctx, a, {2}); }), Contains("[2, 3]") && Contains("2"));
    CHECK_THAT(test::refusal([&] { sum(ctx, a, {-3}); }), Contains("-3"));
    CHECK_THAT(test::refusal([&] {
                   max(ctx, make({2, 0}), 1);
               }),
               Contains("max") && Contains("[2, 0]"));
    CHECK_THAT(test::refusal([&] { max(ctx, a, 5); }), Contains("5"));
    CHECK_THAT(test::refusal([&] { permute(ctx, a, {0}); }),
               Contains("permute") && Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] { permute(ctx, a, {0, 0}); }), Contains("once"));
    CHECK_THAT(test::refusal([&] { permute(ctx, a, {0, 1, 1}); }), Contains("once"));
    CHECK_THAT(test::refusal([&] { permute(ctx, a, {0, 2}); }), Contains("2"));
    CHECK_THAT(test::refusal([&] { reshape(ctx, a, {4}); }),
               Contains("reshape") && Contains("[2, 3]") && Contains("[4]"));
    CHECK_THAT(test::refusal([&] { slice(ctx, a, 0, 1, 2); }),
               Contains("slice") && Contains("2 entries"));
    CHECK_THAT(test::refusal([&] { slice(ctx, a, 0, -1, 1); }), Contains("slice"));
    CHECK_THAT(test::refusal([&] { slice(ctx, a, 0, 0, -1); }), Contains("slice"));
    CHECK_THAT(test::refusal([&] {
                   concat(ctx, 0, a, make({2, 4}));
               }),
               Contains("concat") && Contains("[2, 4]"));
    CHECK_THAT(test::refusal([&] { concat(ctx, 0, a, cube); }), Contains("[2, 3, 4]"));
    CHECK_THAT(test::refusal([&] { matmul(ctx, a, a); }), Contains("matmul") && Contains("[2, 3]"));
    CHECK_THAT(test::refusal([&] { matmul(ctx, a, a, true, true); }), Contains("^T"));
    CHECK_THAT(test::refusal([&] { matmul(ctx, make({3}), a); }), Contains("two or more axes"));
    CHECK_THAT(test::refusal([&] { matmul(ctx, cube, make({3, 4, 5})); }), Contains("[3, 4, 5]"));
    CHECK_THAT(test::refusal([&] { shape({1, 1, 1, 1, 1, 1, 1}); }), Contains("at most 6 axes"));
    CHECK_THAT(test::refusal([&] { shape({2, -1}); }), Contains("zero or more"));
}
