// SPDX-License-Identifier: MIT
// Stacks of recurrent layers: lengths, states carried on, both directions, names.
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/recurrent.hpp"
#include "nn/pieces.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;

namespace {

using D = eigen::tensor<double>;
using nn::recurrent_cell;
template <recurrent_cell Cell>
using stack_of = nn::recurrent<D, Cell>;
using gru_stack = stack_of<recurrent_cell::gru>;
using lstm_stack = stack_of<recurrent_cell::lstm>;

nn::recurrent_settings two_layers(bool look_ahead = true) {
    return {.input = 3, .hidden = 4, .layers = 2, .both = true, .look_ahead = look_ahead};
}

double apart(context& ctx, const D& a, const D& b) {
    REQUIRE(shape_of(a) == shape_of(b));
    const auto x = test::to_doubles(ctx, a), y = test::to_doubles(ctx, b);
    double most = 0;
    for (std::size_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(x[i] - y[i]));
    return most;
}

index_tensor lengths_of(std::vector<std::int32_t> values) {
    const shape extents{static_cast<extent>(values.size())};
    return index_tensor(extents, std::move(values));
}

}  // namespace

TEMPLATE_TEST_CASE("a row of a length is that row alone, its frames behind ignored",
                   "[recurrent][quick]", gru_stack, lstm_stack) {
    context ctx;
    const TestType net(nn::scope(ctx, "net"), two_layers());
    for (const extent rows : {3, 9}) {
        const D x = test::drawn<D>(ctx, {rows, 5, 3}, 1);
        std::vector<std::int32_t> lengths;
        for (extent n = 0; n < rows; ++n) lengths.push_back(static_cast<std::int32_t>(1 + n % 5));
        const auto all = net(ctx, x, lengths_of(lengths));
        const D feature = net.feature(ctx, all);
        for (extent n = 0; n < rows; ++n) {
            const extent length = lengths[static_cast<std::size_t>(n)];
            const D own = slice(ctx, slice(ctx, x, 0, n, 1), 1, 0, length);
            const auto alone = net(ctx, own);
            const D row = slice(ctx, all.out, 0, n, 1);
            CHECK(apart(ctx, slice(ctx, row, 1, 0, length), alone.out) < 1e-14);
            const D behind = slice(ctx, row, 1, length, 5 - length);
            CHECK(apart(ctx, behind, backend_traits<D>::full(ctx, shape_of(behind), 0)) == 0);
            CHECK(apart(ctx, slice(ctx, all.last.h, 1, n, 1), alone.last.h) < 1e-14);
            CHECK(apart(ctx, slice(ctx, feature, 0, n, 1), net.feature(ctx, alone)) < 1e-14);
            if constexpr (std::is_same_v<TestType, lstm_stack>)
                CHECK(apart(ctx, slice(ctx, all.last.c, 1, n, 1), alone.last.c) < 1e-14);
        }
    }
}

TEMPLATE_TEST_CASE("states carry a forward stack from one part of a sequence to the next",
                   "[recurrent][quick]", gru_stack, lstm_stack) {
    context ctx;
    const TestType net(nn::scope(ctx, "net"), {.input = 3, .hidden = 4, .layers = 3});
    const D x = test::drawn<D>(ctx, {2, 7, 3}, 1);
    const auto whole = net(ctx, x), first = net(ctx, slice(ctx, x, 1, 0, 3));
    const auto rest = net(ctx, slice(ctx, x, 1, 3, 4), {}, &first.last);
    CHECK(apart(ctx, slice(ctx, whole.out, 1, 3, 4), rest.out) < 1e-14);
    CHECK(apart(ctx, whole.last.h, rest.last.h) < 1e-14);
}

TEMPLATE_TEST_CASE("without looking ahead the stack is what frame-by-frame feeding computes",
                   "[recurrent][quick]", gru_stack, lstm_stack) {
    context ctx;
    const TestType net(nn::scope(ctx, "net"), two_layers(false)),
        fed(nn::scope(ctx, "net"), two_layers());
    for (const extent rows : {2, 8}) {
        const D x = test::drawn<D>(ctx, {rows, 4, 3}, 1);
        const auto whole = net(ctx, x);
        auto now = fed(ctx, slice(ctx, x, 1, 0, 1));
        for (extent t = 1; t < 4; ++t) {
            CHECK(apart(ctx, slice(ctx, whole.out, 1, t - 1, 1), now.out) < 1e-14);
            const auto before = now.last;
            now = fed(ctx, slice(ctx, x, 1, t, 1), {}, &before);
        }
        CHECK(apart(ctx, net.feature(ctx, whole), fed.feature(ctx, now)) < 1e-14);
        CHECK(apart(ctx, whole.out, fed(ctx, x).out) > 1e-3);
    }
}

TEMPLATE_TEST_CASE("a row does not depend on how many stand beside it", "[recurrent][quick]",
                   gru_stack, lstm_stack) {
    context ctx;
    const TestType net(nn::scope(ctx, "net"), two_layers());
    const D x = test::drawn<D>(ctx, {40, 5, 3}, 1);
    const auto all = net(ctx, x), few = net(ctx, slice(ctx, x, 0, 20, 3));
    CHECK(apart(ctx, slice(ctx, all.out, 0, 20, 3), few.out) < 1e-14);
    CHECK(apart(ctx, slice(ctx, all.last.h, 1, 20, 3), few.last.h) < 1e-14);
}

TEMPLATE_TEST_CASE("gradients of a stack, of its states and its input, by differences",
                   "[recurrent]", gru_stack, lstm_stack) {
    for (const extent rows : {2, 8}) {
        context ctx;
        TestType net(nn::scope(ctx, "net"), two_layers());
        const auto lengths =
            lengths_of(std::vector<std::int32_t>(static_cast<std::size_t>(rows), 2));
        const auto pass = [&](context& c, const auto& in) {
            using X = std::remove_cvref_t<decltype(in[0])>;
            const nn::recurrent_states<X> start{in[1], in[2]};
            const auto made = net(c, in[0], lengths, &start);
            X out = concat(c, 1, reshape(c, made.out, {rows, 3 * 8}), net.feature(c, made));
            if constexpr (std::is_same_v<TestType, lstm_stack>)
                out = concat(c, 1, out,
                             reshape(c, permute(c, made.last.c, {1, 0, 2}), {rows, 4 * 4}));
            return out;
        };
        std::vector<D> in{test::drawn<D>(ctx, {rows, 3, 3}, 1),
                          test::drawn<D>(ctx, {4, rows, 4}, 2),
                          test::drawn<D>(ctx, {4, rows, 4}, 3)};
        const auto report = testing::gradient_check(ctx, net, pass, in);
        INFO(report.where);
        CHECK(report.worst < 1e-6);
    }
}

TEST_CASE("recurrent stacks carry torch's names and draw within 1/sqrt(H)", "[recurrent][quick]") {
    context ctx;
    gru_stack net(nn::scope(ctx, "net"), two_layers());
    std::string names;
    for (const auto& l : nn::leaves(net)) {
        names += l.name + " ";
        for (const double v : test::to_doubles(ctx, *l.value)) CHECK(std::abs(v) <= .5);
    }
    CHECK(names ==
          "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0 "
          "weight_ih_l0_reverse weight_hh_l0_reverse bias_ih_l0_reverse bias_hh_l0_reverse "
          "weight_ih_l1 weight_hh_l1 bias_ih_l1 bias_hh_l1 "
          "weight_ih_l1_reverse weight_hh_l1_reverse bias_ih_l1_reverse bias_hh_l1_reverse ");
    // 3 H (I + H + 2) a direction, I = 2 H above the first layer.
    CHECK(nn::parameter_count(net) == 2 * 12 * (3 + 4 + 2) + 2 * 12 * (8 + 4 + 2));
    CHECK(net.features() == 8);
}

TEST_CASE("recurrent stacks refuse other frames, states and sizes", "[recurrent][quick]") {
    context ctx;
    const lstm_stack net(nn::scope(ctx, "net"), two_layers());
    const D x = test::drawn<D>(ctx, {2, 4, 3}, 1);
    CHECK_THROWS_WITH(net(ctx, test::drawn<D>(ctx, {2, 4, 5}, 1)),
                      Contains("lstm") && Contains("[N, T, 3]") && Contains("[2, 4, 5]"));
    CHECK_THROWS_WITH(net(ctx, test::drawn<D>(ctx, {2, 0, 3}, 1)), Contains("frames"));
    CHECK_THROWS_WITH(net(ctx, x, lengths_of({1, 5})), Contains("lengths from 1 to 4"));
    CHECK_THROWS_WITH(net(ctx, x, lengths_of({1, 2, 3})), Contains("each of 2 rows"));
    nn::recurrent_states<D> start{test::drawn<D>(ctx, {4, 2, 4}, 1), {}};
    CHECK_THROWS_WITH(net(ctx, x, {}, &start), Contains("[4, 2, 4]"));
    CHECK_THROWS_AS(lstm_stack(nn::scope(ctx, "net"), {.input = 3, .hidden = 0}), error);
    CHECK_THROWS_AS(lstm_stack(nn::scope(ctx, "net"), {.input = 0, .hidden = 2}), error);
}
