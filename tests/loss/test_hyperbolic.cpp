// SPDX-License-Identifier: MIT
// The Poincare ball: laws of a metric and of its maps, and slopes that stay finite at the edge.
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/loss/hyperbolic.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace poincare {

using T = eigen::tensor<double>;
using X = variable<T>;

T drawn_rows(context& ctx, const char* what, double scale = 0.6, extent rows = 4) {
    random_stream draws({2}, what);
    std::vector<double> values(static_cast<std::size_t>(rows) * 3);
    for (double& v : values) v = scale * draws.normal();
    return backend_traits<T>::from_host(ctx, values, {rows, 3});
}
std::vector<double> numbers(context& ctx, const T& x) {
    return nn::host_values(ctx, x);
}

}  // namespace poincare

TEST_CASE("the distance in the ball is a metric, and 2 |u| from its centre", "[loss][quick]") {
    using namespace poincare;
    context ctx;
    const T u = drawn_rows(ctx, "u"), x = loss::ball_point(ctx, u),
            y = loss::ball_point(ctx, drawn_rows(ctx, "v")),
            z = loss::ball_point(ctx, drawn_rows(ctx, "w"));
    const auto d = [&](const T& a, const T& b) {
        return numbers(ctx, loss::poincare_distance(ctx, a, b));
    };
    const auto xy = d(x, y), yx = d(y, x), xz = d(x, z), zy = d(z, y), xx = d(x, x);
    const T centre = mgkit::constant<T>(ctx, {4, 3}, 0);
    const auto out = d(centre, x);
    const auto values = numbers(ctx, u);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(xy[i] == Approx(yx[i]));
        CHECK(xy[i] <= xz[i] + zy[i]);
        CHECK(xx[i] == Approx(0).margin(1e-14));
        CHECK(out[i] ==
              Approx(2 * std::hypot(values[3 * i], values[3 * i + 1], values[3 * i + 2])));
    }
    // Moving both by the same point changes nothing.
    const auto moved = d(loss::ball_sum(ctx, z, x), loss::ball_sum(ctx, z, y));
    for (std::size_t i = 0; i < 4; ++i) CHECK(moved[i] == Approx(xy[i]));
    const auto back = numbers(ctx, loss::ball_direction(ctx, x));
    for (std::size_t i = 0; i < back.size(); ++i) CHECK(back[i] == Approx(values[i]));
}

TEST_CASE("the ball: an identity maps points to themselves, far rows end on its edge",
          "[loss][quick]") {
    using namespace poincare;
    context ctx;
    const T x = loss::ball_point(ctx, drawn_rows(ctx, "u"));
    const T identity =
        backend_traits<T>::from_host(ctx, std::vector<double>{1, 0, 0, 0, 1, 0, 0, 0, 1}, {3, 3});
    const T nothing = mgkit::constant<T>(ctx, {1, 3}, 0);
    const auto same = numbers(ctx, loss::ball_linear(ctx, x, identity, nothing));
    const auto own = numbers(ctx, x);
    for (std::size_t i = 0; i < own.size(); ++i) CHECK(same[i] == Approx(own[i]));
    const auto far = numbers(ctx, loss::ball_point(ctx, drawn_rows(ctx, "u", 100)));
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(std::hypot(far[3 * i], far[3 * i + 1], far[3 * i + 2]) == Approx(loss::ball_radius));
    CHECK_REFUSED(loss::poincare_distance(ctx, x, nothing), "of equal extents");
}

TEST_CASE("paced distance: gradients by central differences, flat, curved and between", "[loss]") {
    using namespace poincare;
    const double share = GENERATE(0., .4, 1.);
    context ctx;
    struct nothing {
        using tensor_type = T;
        parameter<T> q;
        static constexpr auto fields() { return nn::members(nn::field("q", &nothing::q)); }
    } model{{drawn_rows(ctx, "q")}};
    const T k = drawn_rows(ctx, "k");
    const auto of = [&]<operand V>(context& c, const std::vector<V>& in) -> V {
        return mgkit::sum(
            c, loss::paced_distance(c, use<V>(model.q), in[0], constant<V>(c, {1, 1}, share)));
    };
    const auto report = testing::gradient_check(ctx, model, of, std::vector<T>{k}, {.samples = 12});
    CAPTURE(report.where);
    CHECK(report.worst < 1e-6);
    CHECK(report.checked > 12);
}

TEMPLATE_TEST_CASE("distances and slopes are finite wherever rows lie", "[loss][quick]", double,
                   float) {
    using B = eigen::tensor<TestType>;
    context ctx;
    // Equal rows, rows of zeros, far rows, far apart, and next to each other.
    const std::vector<TestType> a{1, 2, 0, 0, 90, 0, 90, 0, 40, 1e-3f},
        b{1, 2, 0, 0, 90, 0, -90, 0, 40, 2e-3f};
    gradient_slot<B> slots[2];
    const recording<B> record(ctx);
    const auto side = [&](const std::vector<TestType>& values, int i) {
        return watch(backend_traits<B>::from_host(ctx, values, {5, 2}), slots[i]);
    };
    const auto rows =
        loss::paced_distance(ctx, side(a, 0), side(b, 1), constant<variable<B>>(ctx, {1, 1}, .5));
    for (const TestType v : nn::host_values(ctx, rows.value)) CHECK(std::isfinite(v));
    backward(ctx, mgkit::sum(ctx, rows));
    for (const auto& slot : slots)
        for (const TestType v : nn::host_values(ctx, slot.gradient)) CHECK(std::isfinite(v));
}
