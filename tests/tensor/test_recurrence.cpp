// SPDX-License-Identifier: MIT
// Recurrent layers large enough to share their units among threads.
#include <cmath>
#include <limits>

#include "mgkit/tensor/ops/recurrence.hpp"
#include "tensor/op_check.hpp"

using namespace mgkit;
using test::t32;
using test::t64;

namespace {

struct sizes {
    extent rows, frames, units, directions;
};

/// Outputs and all gradients of a layer, one after the other.
template <class T>
std::vector<double> layer(const sizes& s, bool gru, bool ragged, int threads) {
    context ctx{.threads = threads};
    const extent parts = gru ? 3 : 4, width = s.directions * parts * s.units,
                 states = (gru ? 1 : 2) * s.directions * s.units;
    const shape extents[] = {
        {s.rows, s.frames, width}, {width, s.units}, {width}, {s.rows, states}};
    const double large[] = {1, 2 / std::sqrt(static_cast<double>(s.units)), .5, .5};
    recurrence how{.reverse = true};
    if (ragged) {
        std::vector<std::int32_t> lengths(static_cast<std::size_t>(s.rows),
                                          static_cast<std::int32_t>(s.frames));
        lengths.front() = 1;
        how.lengths = index_tensor({s.rows}, std::move(lengths));
    }
    gradient_slot<T> slots[4];
    const recording<T> record(ctx);
    std::vector<variable<T>> in;
    for (std::size_t i = 0; i < 4; ++i)
        in.push_back(watch(
            test::tensor_of<T>(
                ctx, testing::detail::draw({extents[i], -large[i], large[i]}, static_cast<int>(i)),
                extents[i]),
            slots[i]));
    const variable<T> out = gru ? mgkit::gru(ctx, in[0], in[1], in[2], in[3], how)
                                : mgkit::lstm(ctx, in[0], in[1], in[3], how);
    const T weights =
        test::tensor_of<T>(ctx, testing::detail::draw({shape_of(out), .5, 1.5}, 9), shape_of(out));
    backward(ctx, out, &weights);
    std::vector<double> all = test::values_of(ctx, out.value);
    for (std::size_t i = 0; i < 4; ++i) {
        if (i == 2 && !gru) continue;
        const auto more = test::values_of(ctx, slots[i].gradient);
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

}  // namespace

// Blocks of units begin where rows times gates times the units' square reach some ten million.
TEST_CASE("recurrent layers whose units are shared are their composition", "[tensor]") {
    const auto s = GENERATE(sizes{1, 3, 872, 1}, sizes{2, 2, 840, 2}, sizes{5, 3, 712, 1});
    const bool gru = GENERATE(true, false), ragged = GENERATE(false, true);
    CAPTURE(s.rows, s.units, s.directions, gru, ragged);
    const auto expected = layer<test::composed>(s, gru, ragged, 1);
    const auto found = layer<t64>(s, gru, ragged, 1);
    double worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i)
        worst = std::max(worst, std::abs(found[i] - expected.at(i)));
    // Sums of 3,500 terms of order one, in another order.
    CHECK(worst < 1e-11);
    CHECK(layer<t32>(s, gru, ragged, 1) == layer<t32>(s, gru, ragged, 3));
}

TEST_CASE("gates that let hardly anything pass make no denormal states", "[tensor][quick]") {
    context ctx;
    using traits = backend_traits<t32>;
    const extent h = 8;
    t32 gates = traits::full(ctx, {1, 1, 4 * h}, -88);
    const t32 out = mgkit::lstm(ctx, gates, traits::full(ctx, {4 * h, h}, 0),
                                traits::full(ctx, {1, 2 * h}, .5));
    for (const double v : test::values_of(ctx, out)) CHECK(v == 0);
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    for (const double v : test::values_of(
             ctx, mgkit::lstm(ctx, traits::full(ctx, {1, 1, 4 * h}, unknown),
                              traits::full(ctx, {4 * h, h}, 0), traits::full(ctx, {1, 2 * h}, .5))))
        CHECK(std::isnan(v));
}
