// SPDX-License-Identifier: MIT
// Accuracy of the default tensor's own transcendental functions, over dense ranges.
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "catch.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/testing/gradient_check.hpp"

using namespace mgkit;
using T = eigen::tensor<float>;

namespace {

/// Every float in [low, high] that is `stride` representable values from the one before.
std::vector<float> every(float low, float high, std::uint32_t stride) {
    std::vector<float> out;
    for (float sign : {-1.f, 1.f}) {
        const float from = sign < 0 ? std::max(0.f, -high) : std::max(0.f, low);
        const float to = sign < 0 ? std::max(0.f, -low) : std::max(0.f, high);
        for (auto bits = std::bit_cast<std::uint32_t>(from);
             bits < std::bit_cast<std::uint32_t>(to); bits += stride)
            out.push_back(sign * std::bit_cast<float>(bits));
    }
    return out;
}

template <class F>
std::vector<double> mapped(const std::vector<float>& x, F f) {
    context ctx;
    const T t = backend_traits<T>::from_host(ctx, x, {static_cast<extent>(x.size())});
    return testing::detail::to_doubles(ctx, f(ctx, t));
}

}  // namespace

TEST_CASE("exp in single precision", "[backend]") {
    const auto x = every(-87.2f, 88.2f, 997);
    REQUIRE(x.size() > 1000000);
    const auto y = mapped(x, [](context& c, const T& t) { return exp(c, t); });
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        worst = std::max(worst, std::abs(y[i] / std::exp(static_cast<double>(x[i])) - 1));
    CHECK(worst < 2.5e-7);
    const float inf = std::numeric_limits<float>::infinity();
    const auto ends =
        mapped({-inf, -1000, 0, 1000, inf, NAN}, [](context& c, const T& t) { return exp(c, t); });
    CHECK(ends[0] < 1.3e-38);
    CHECK(ends[1] < 1.3e-38);
    CHECK(ends[2] == 1);
    CHECK(ends[3] > 2e38);
    CHECK(ends[4] > 2e38);
    CHECK(std::isnan(ends[5]));
}

TEST_CASE("erf in single precision", "[backend]") {
    const auto x = every(-6.f, 6.f, 997);
    REQUIRE(x.size() > 1000000);
    const auto y = mapped(x, [](context& c, const T& t) { return erf(c, t); });
    double apart = 0, relative = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double expected = std::erf(static_cast<double>(x[i]));
        apart = std::max(apart, std::abs(y[i] - expected));
        if (std::abs(x[i]) > 1e-30f) relative = std::max(relative, std::abs(y[i] / expected - 1));
    }
    CHECK(apart < 4e-7);
    CHECK(relative < 1e-6);
    const float inf = std::numeric_limits<float>::infinity();
    const auto ends =
        mapped({-inf, -100, 0, 100, inf, NAN}, [](context& c, const T& t) { return erf(c, t); });
    CHECK(ends[0] == Catch::Approx(-1).epsilon(1e-6));
    CHECK(ends[1] == Catch::Approx(-1).epsilon(1e-6));
    CHECK(ends[2] == 0);
    CHECK(ends[4] == Catch::Approx(1).epsilon(1e-6));
    CHECK(std::isnan(ends[5]));
}

TEST_CASE("gelu and its slope in single precision", "[backend]") {
    const auto x = every(-12.f, 12.f, 4999);
    const auto y = mapped(x, [](context& c, const T& t) { return gelu(c, t); });
    const auto slope = mapped(x, [](context& c, const T& t) {
        gradient_slot<T> slot;
        const recording<T> record(c);
        backward(c, sum(c, gelu(c, watch(t, slot))));
        return slot.gradient;
    });
    double value_apart = 0, slope_apart = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double v = x[i], phi = 0.5 * std::erfc(-v / std::sqrt(2.0));
        const double bell = std::exp(-v * v / 2) / std::sqrt(2 * 3.14159265358979323846);
        value_apart = std::max(value_apart, std::abs(y[i] - v * phi) / std::max(1.0, std::abs(v)));
        slope_apart = std::max(slope_apart, std::abs(slope[i] - (phi + v * bell)));
    }
    CHECK(value_apart < 5e-7);
    CHECK(slope_apart < 1e-6);
}
