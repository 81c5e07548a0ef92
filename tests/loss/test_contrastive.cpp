// SPDX-License-Identifier: MIT
// NT-Xent, scores beside a queue, VICReg and Barlow Twins: by direct computation and as special
// cases of the decorrelation objective.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/loss/list.hpp"
#include "mgkit/testing/gradient_check.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using T = eigen::tensor<double>;
using X = variable<T>;

namespace {

constexpr extent rows = 5, width = 4;

std::vector<double> drawn(extent count, std::uint32_t which) {
    random_stream stream(random_key{.seed = 7, .clip = which}, "embeddings");
    std::vector<double> out;
    for (extent i = 0; i < count; ++i) out.push_back(stream.normal());
    return out;
}
T view(context& ctx, std::uint32_t which, const shape& extents = {rows, width}) {
    return backend_traits<T>::from_host(ctx, drawn(extents.elements(), which), extents);
}
double value(context& ctx, const X& x) {
    double out = 0;
    backend_traits<T>::to_host(ctx, x.value, std::span(&out, 1));
    return out;
}
/// What `f(z0, z1)` is, and its gradients, one after the other.
template <class F>
std::vector<double> loss_and_slopes(F&& f) {
    context ctx;
    gradient_slot<T> slots[2];
    const recording<T> record(ctx);
    const X loss = f(ctx, watch(view(ctx, 1), slots[0]), watch(view(ctx, 2), slots[1]));
    backward(ctx, loss);
    std::vector<double> out{value(ctx, loss)};
    for (const auto& slot : slots) {
        std::vector<double> more(static_cast<std::size_t>(rows * width));
        backend_traits<T>::to_host(ctx, slot.gradient, more);
        out.insert(out.end(), more.begin(), more.end());
    }
    return out;
}
void check_same(const std::vector<double>& a, const std::vector<double>& b, double bound) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK_THAT(a[i], WithinAbs(b[i], bound));
}

}  // namespace

TEST_CASE("NT-Xent is what its formula says, gradient included", "[loss][quick]") {
    const double temperature = GENERATE(.1, .5);
    const auto direct = [temperature](const std::vector<double>& z) {
        const std::size_t n = z.size() / width, d = width;
        std::vector<double> unit = z;
        for (std::size_t i = 0; i < n; ++i) {
            double length = 0;
            for (std::size_t j = 0; j < d; ++j) length += z[i * d + j] * z[i * d + j];
            for (std::size_t j = 0; j < d; ++j) unit[i * d + j] /= std::sqrt(length);
        }
        double total = 0;
        for (std::size_t i = 0; i < n; ++i) {
            double sum = 0, own = 0;
            for (std::size_t k = 0; k < n; ++k) {
                if (k == i) continue;
                double cosine = 0;
                for (std::size_t j = 0; j < d; ++j) cosine += unit[i * d + j] * unit[k * d + j];
                sum += std::exp(cosine / temperature);
                if (k == (i + n / 2) % n) own = cosine / temperature;
            }
            total += std::log(sum) - own;
        }
        return total / static_cast<double>(n);
    };
    std::vector<double> both = drawn(rows * width, 1);
    const auto second = drawn(rows * width, 2);
    both.insert(both.end(), second.begin(), second.end());
    std::vector<double> expected{direct(both)};
    for (std::size_t i = 0; i < both.size(); ++i) {
        constexpr double step = 1e-6;
        auto up = both, down = both;
        up[i] += step;
        down[i] -= step;
        expected.push_back((direct(up) - direct(down)) / (2 * step));
    }
    const auto found = loss_and_slopes([&](context& ctx, const X& a, const X& b) {
        return loss::nt_xent(ctx, a, b, temperature);
    });
    CHECK_THAT(found[0], WithinAbs(expected[0], 1e-13));
    check_same(found, expected, 1e-8);  // central differences with steps of 1e-6
}

TEST_CASE("VICReg is decorrelation without cross-correlation", "[loss][quick]") {
    loss::decorrelation_settings s{
        .similarity = 25, .variance_covariance = 1, .cross_correlation = 0, .variance = 12.5};
    check_same(loss_and_slopes([](context& ctx, const X& a, const X& b) {
                   return loss::vicreg(ctx, a, b).total;
               }),
               loss_and_slopes([&](context& ctx, const X& a, const X& b) {
                   return loss::decorrelation(ctx, loss::views_of_batch<X>{a, b}, s).total;
               }),
               1e-12);
}

TEST_CASE("Barlow Twins is the cross-correlation of decorrelation, but for its divisor",
          "[loss][quick]") {
    // Columns over their deviation with divisor B are those with B - 1, times a constant; so c is
    // c' B / (B - 1), and its parts follow from the two of c'.
    constexpr double off = .01, larger = static_cast<double>(rows) / (rows - 1);
    check_same(loss_and_slopes([](context& ctx, const X& a, const X& b) {
                   return loss::barlow_twins(ctx, a, b, {off, 0});
               }),
               loss_and_slopes([](context& ctx, const X& a, const X& b) {
                   const X p = affine(ctx, loss::standardised(ctx, a, 0), std::sqrt(larger)),
                           q = affine(ctx, loss::standardised(ctx, b, 0), std::sqrt(larger));
                   return loss::cross_correlation(ctx, p, q, off);
               }),
               1e-12);
}

TEST_CASE("empty rows of a queue take no part", "[loss][quick]") {
    constexpr double temperature = .07;
    context ctx;
    const T q = loss::unit_rows(ctx, view(ctx, 1)), k = loss::unit_rows(ctx, view(ctx, 2)),
            held = loss::unit_rows(ctx, view(ctx, 3, {3, width}));
    const T padded = concat(ctx, 0, backend_traits<T>::full(ctx, {4, width}, 0), held);
    const T present =
        concat(ctx, 0, backend_traits<T>::full(ctx, {4}, 0), backend_traits<T>::full(ctx, {3}, 1));
    const T some = loss::contrast_scores(ctx, q, k, padded, present, temperature),
            all = loss::contrast_scores(ctx, q, k, held, backend_traits<T>::full(ctx, {3}, 1),
                                        temperature);
    const auto of = [&](const T& scores) {
        return value(ctx, X{loss::first_is_right(ctx, scores)});
    };
    CHECK_THAT(of(some), WithinAbs(of(all), 1e-14));
}

TEST_CASE("rows of zeros stay, and unknown ones are seen", "[loss][quick]") {
    context ctx;
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    const T z =
        backend_traits<T>::from_host(ctx, std::vector<double>{0, 0, 3, 4, unknown, 1}, {3, 2});
    std::vector<double> out(6);
    backend_traits<T>::to_host(ctx, loss::unit_rows(ctx, z), out);
    CHECK((out[0] == 0 && out[1] == 0));
    CHECK_THAT(out[2], WithinAbs(.6, 1e-15));
    CHECK(std::isnan(out[4]));
}

TEST_CASE("what does not fit a contrastive loss is said", "[loss][quick]") {
    context ctx;
    const T z = view(ctx, 1), one = view(ctx, 1, {1, width});
    const auto words = [](auto&& f) {
        try {
            f();
        } catch (const error& e) {
            return std::string(e.what());
        }
        return std::string("nothing");
    };
    CHECK_THAT(words([&] { loss::nt_xent(ctx, one, one, .1); }), Contains("two rows or more"));
    CHECK_THAT(words([&] { loss::nt_xent(ctx, z, z, 0); }), Contains("temperature above 0"));
    CHECK_THAT(words([&] { loss::vicreg(ctx, z, one); }), Contains("one shape [B, D]"));
    CHECK_THAT(words([&] { loss::barlow_twins(ctx, one, one); }), Contains("B of 2 or more"));
    CHECK_THAT(words([&] { loss::contrast_scores(ctx, z, z, one, z, .1); }),
               Contains("present [K]"));
}
