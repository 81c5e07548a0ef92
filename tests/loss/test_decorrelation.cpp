// SPDX-License-Identifier: MIT
// The decorrelation objective: by hand, by differences, on degenerate columns, on shapes alone.
#include "mgkit/loss/decorrelation.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/loss/list.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "mgkit/testing/primitives_only.hpp"
#include "mgkit/testing/symbolic.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using T = eigen::tensor<double>;
using composed = testing::primitives_only<T>;
using matrix = std::vector<std::vector<double>>;

namespace {

matrix drawn(extent rows, extent columns, std::uint32_t which) {
    random_stream stream(random_key{.seed = 5, .clip = which}, "views");
    matrix out(static_cast<std::size_t>(rows));
    for (auto& row : out)
        for (extent j = 0; j < columns; ++j) row.push_back(0.4 * stream.normal());
    return out;
}

template <class V = T>
V tensor_from(context& ctx, const matrix& values) {
    std::vector<double> flat;
    for (const auto& row : values) flat.insert(flat.end(), row.begin(), row.end());
    return testing::detail::from_doubles<V>(
        ctx, flat, {static_cast<extent>(values.size()), static_cast<extent>(values[0].size())});
}

template <class V = T>
std::vector<V> views_of(context& ctx, extent rows, extent columns, int count = 4) {
    std::vector<V> out;
    for (int k = 0; k < count; ++k)
        out.push_back(tensor_from<V>(ctx, drawn(rows, columns, static_cast<std::uint32_t>(k))));
    return out;
}

template <class V>
double value_of_scalar(context& ctx, const V& v) {
    return testing::detail::to_doubles(ctx, v).at(0);
}

/// Covariances of columns of a and b, divided by `divisor`.
matrix products(const matrix& a, const matrix& b, double divisor) {
    matrix out(a[0].size(), std::vector<double>(b[0].size()));
    for (std::size_t i = 0; i < a[0].size(); ++i)
        for (std::size_t j = 0; j < b[0].size(); ++j)
            for (std::size_t r = 0; r < a.size(); ++r) out[i][j] += a[r][i] * b[r][j] / divisor;
    return out;
}

matrix centred(matrix z, bool unit) {
    const double rows = static_cast<double>(z.size());
    for (std::size_t j = 0; j < z[0].size(); ++j) {
        double mean = 0, variance = 0;
        for (const auto& row : z) mean += row[j] / rows;
        for (const auto& row : z) variance += (row[j] - mean) * (row[j] - mean) / (rows - 1);
        for (auto& row : z) row[j] = (row[j] - mean) / (unit ? std::sqrt(variance) : 1);
    }
    return z;
}

/// The formulas, with D x D matrices and loops.
double expected_variance_covariance(const matrix& z) {
    const matrix c = centred(z, false);
    const matrix cov = products(c, c, static_cast<double>(z.size()) - 1);
    const double width = static_cast<double>(cov.size());
    double total = 0;
    for (std::size_t i = 0; i < cov.size(); ++i)
        for (std::size_t j = 0; j < cov.size(); ++j)
            total += i == j ? 5 * std::max(0.0, 1 - std::sqrt(cov[i][i] + 1e-4)) / width
                            : cov[i][j] * cov[i][j] / width;
    return total;
}

double expected_cross_correlation(const matrix& a, const matrix& b) {
    const matrix c = products(centred(a, true), centred(b, true), static_cast<double>(a.size()));
    double total = 0;
    for (std::size_t i = 0; i < c.size(); ++i)
        for (std::size_t j = 0; j < c.size(); ++j)
            total += i == j ? (c[i][i] - 1) * (c[i][i] - 1) : 0.005 * c[i][j] * c[i][j];
    return total;
}

const std::vector<std::pair<extent, extent>> sizes{{3, 9}, {9, 3}, {5, 5}, {2, 4}, {8, 1}};

}  // namespace

TEST_CASE("terms equal their formulas whichever Gram matrix carries them", "[loss]") {
    context ctx;
    const loss::decorrelation_settings exact{.guard = 0};
    for (const auto& [rows, columns] : sizes) {
        INFO(rows << " rows of " << columns);
        double variance = 0, cross = 0;
        for (std::uint32_t k = 0; k < 4; ++k) {
            const matrix z = drawn(rows, columns, k);
            const double expected = expected_variance_covariance(z);
            CHECK(value_of_scalar(ctx, loss::variance_covariance(ctx, tensor_from(ctx, z))) ==
                  Catch::Approx(expected).epsilon(1e-12));
            variance += expected;
            for (std::uint32_t other = k + 1; other < 4; ++other)
                cross += expected_cross_correlation(z, drawn(rows, columns, other));
        }
        const auto views = views_of(ctx, rows, columns);
        const auto terms = loss::decorrelation(ctx, views, exact);
        const double alike = value_of_scalar(ctx, terms.similarity);
        CHECK(value_of_scalar(ctx, terms.variance_covariance) ==
              Catch::Approx(variance).epsilon(1e-11));
        CHECK(value_of_scalar(ctx, terms.cross_correlation) == Catch::Approx(cross).epsilon(1e-11));
        CHECK(value_of_scalar(ctx, terms.total) ==
              Catch::Approx(5 * alike + variance + 0.001 * cross).epsilon(1e-11));
        // The default guard changes next to nothing on columns that vary.
        CHECK(value_of_scalar(ctx, loss::decorrelation(ctx, views).total) ==
              Catch::Approx(value_of_scalar(ctx, terms.total)).epsilon(1e-5));
    }
}

TEST_CASE("repeating every row takes the wide path to the tall one", "[loss]") {
    // Rows twice: the biased statistics stay, so the correlation matrices differ by a known factor.
    context ctx;
    const matrix z = drawn(4, 6, 0), other = drawn(4, 6, 1);
    matrix twice = z, other_twice = other;
    twice.insert(twice.end(), z.begin(), z.end());
    other_twice.insert(other_twice.end(), other.begin(), other.end());
    const auto off = [&](const matrix& a, const matrix& b) {
        return value_of_scalar(
            ctx, loss::cross_correlation(ctx, loss::standardised(ctx, tensor_from(ctx, a), 0),
                                         loss::standardised(ctx, tensor_from(ctx, b), 0), 0.7));
    };
    // c = a'b / B of columns with the B-1 deviation: scaled by (B-1)/B.
    const auto with_scale = [&](const matrix& a, const matrix& b, double scale) {
        const matrix c =
            products(centred(a, true), centred(b, true), static_cast<double>(a.size()) / scale);
        double total = 0;
        for (std::size_t i = 0; i < c.size(); ++i)
            for (std::size_t j = 0; j < c.size(); ++j)
                total += i == j ? (c[i][i] - 1) * (c[i][i] - 1) : 0.7 * c[i][j] * c[i][j];
        return total;
    };
    CHECK(off(z, other) == Catch::Approx(with_scale(z, other, 1)).epsilon(1e-12));
    CHECK(off(twice, other_twice) ==
          Catch::Approx(with_scale(z, other, (7.0 / 8) / (3.0 / 4))).epsilon(1e-12));
}

TEST_CASE("similarity is that of the reference", "[loss]") {
    context ctx;
    const auto one = [&](double v) { return tensor_from(ctx, {{v}, {v}}); };
    // c = (0 + 3 + 6) / 3 = 3; anchor 5.
    const double value =
        value_of_scalar(ctx, loss::similarity(ctx, std::vector<T>{one(0), one(3), one(6), one(5)}));
    CHECK(value == Catch::Approx((25 + 4 + 1) + (9 + 0 + 9)));
    CHECK(value_of_scalar(ctx, loss::similarity(ctx, std::vector<T>{one(2), one(5)})) ==
          Catch::Approx(9));
}

TEST_CASE("equal views are alike, and correlate by (B - 1) / B", "[loss]") {
    context ctx;
    const T z = tensor_from(ctx, drawn(5, 3, 0));
    const std::vector<T> views(4, z);
    CHECK(value_of_scalar(ctx, loss::similarity(ctx, views)) == Catch::Approx(0).margin(1e-25));
    const loss::decorrelation_settings on_diagonal{.off_diagonal = 0, .guard = 0};
    CHECK(value_of_scalar(ctx, loss::cross_correlations(ctx, views, on_diagonal)) ==
          Catch::Approx(6 * 3 * 0.2 * 0.2));
}

TEST_CASE("constant columns: finite by default, missing without the guard", "[loss]") {
    context ctx;
    std::vector<gradient_slot<T>> slots(4);
    const auto run = [&](double guard) {
        std::vector<variable<T>> views;
        for (std::uint32_t k = 0; k < 4; ++k) {
            matrix z = drawn(4, 6, k);
            for (auto& row : z) row[2] = 1.5;
            slots[k].clear();
            views.push_back(watch(tensor_from(ctx, z), slots[k]));
        }
        const recording<T> record(ctx);
        const auto terms = loss::decorrelation(ctx, views, {.guard = guard});
        backward(ctx, terms.total);
        double gradients = 0;
        for (const auto& s : slots)
            for (double g : testing::detail::to_doubles(ctx, s.gradient)) gradients += g;
        return std::pair(value_of_scalar(ctx, terms.total.value), gradients);
    };
    const auto guarded = run(loss::decorrelation_settings{}.guard);
    CHECK(std::isfinite(guarded.first));
    CHECK(std::isfinite(guarded.second));
    const auto reference = run(0);
    CHECK(std::isnan(reference.first));
}

TEST_CASE("gradients of every term by differences", "[loss]") {
    for (const auto& [rows, columns] : std::vector<std::pair<extent, extent>>{{3, 7}, {6, 4}}) {
        INFO(rows << " rows of " << columns);
        context ctx;
        const auto check = [&](const char* name, auto f) {
            const auto fast = testing::gradient_check(ctx, f, views_of(ctx, rows, columns));
            INFO(name << ": " << fast.where);
            CHECK(fast.worst < 1e-6);
            CHECK(fast.checked == static_cast<std::size_t>(4 * rows * columns));
        };
        check("similarity", [](context& c, const auto& z) { return loss::similarity(c, z); });
        check("variance and covariance",
              [](context& c, const auto& z) { return loss::variance_covariance(c, z[0]); });
        check("cross-correlation", [](context& c, const auto& z) {
            return loss::cross_correlations(c, z, {.off_diagonal = 0.5});
        });
        check("total", [](context& c, const auto& z) { return loss::decorrelation(c, z).total; });
        const auto slow = testing::gradient_check(
            ctx, [](context& c, const auto& z) { return loss::decorrelation(c, z).total; },
            views_of<composed>(ctx, rows, columns));
        INFO(slow.where);
        CHECK(slow.worst < 1e-6);
    }
}

TEST_CASE("two rows have no gradient through their correlation", "[loss]") {
    context ctx;
    std::vector<gradient_slot<T>> slots(4);
    std::vector<variable<T>> views;
    const auto values = views_of(ctx, 2, 3);
    for (std::size_t k = 0; k < 4; ++k) views.push_back(watch(values[k], slots[k]));
    const recording<T> record(ctx);
    backward(ctx, loss::cross_correlations(ctx, views, {.guard = 0}));
    for (const auto& s : slots)
        for (double g : testing::detail::to_doubles(ctx, s.gradient)) CHECK(std::abs(g) < 1e-12);
}

TEST_CASE("the other domains enter with half the weight", "[loss]") {
    context ctx;
    const auto t = views_of(ctx, 4, 3), s = views_of(ctx, 5, 3), i = views_of(ctx, 4, 6);
    const auto all = loss::decorrelation(ctx, loss::multi_grained<T>{t, s, i});
    using terms = loss::decorrelation_terms<T>;
    for (const auto part : {&terms::total, &terms::similarity, &terms::variance_covariance,
                            &terms::cross_correlation}) {
        const auto of = [&](const std::vector<T>& z) {
            return value_of_scalar(ctx, loss::decorrelation(ctx, z).*part);
        };
        CHECK(value_of_scalar(ctx, all.*part) ==
              Catch::Approx(of(i) + 0.5 * (of(t) + of(s))).epsilon(1e-12));
    }
}

TEST_CASE("the loss refuses views that do not belong together", "[loss]") {
    context ctx;
    const auto refused = [&](const std::vector<T>& views) {
        try {
            loss::decorrelation(ctx, views);
        } catch (const error& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    const T good = tensor_from(ctx, drawn(4, 3, 0));
    CHECK_THAT(refused({}), Contains("two or more views"));
    CHECK_THAT(refused({good}), Contains("two or more views"));
    CHECK_THAT(refused({good, tensor_from(ctx, drawn(4, 2, 0))}),
               Contains("[4, 2]") && Contains("[4, 3]"));
    CHECK_THAT(refused({tensor_from(ctx, drawn(1, 3, 0)), tensor_from(ctx, drawn(1, 3, 1))}),
               Contains("B of 2 or more"));
    CHECK_THAT(refused({reshape(ctx, good, {12}), reshape(ctx, good, {12})}), Contains("[12]"));
}

TEST_CASE("the loss costs what it says, on shapes alone", "[loss][symbolic]") {
    using testing::symbolic;
    for (const auto& [rows, width] : std::vector<std::pair<extent, extent>>{{64, 8}, {8, 64}}) {
        context ctx;
        std::vector<gradient_slot<symbolic>> slots(4);
        std::vector<variable<symbolic>> views;
        for (auto& slot : slots) views.push_back(watch(symbolic(shape{rows, width}), slot));
        const recording<symbolic> record(ctx);
        const auto terms = loss::decorrelation(ctx, views);
        CHECK(shape_of(terms.total) == shape{});
        // Tall views: ten D x D products. Wide ones: Gram matrices of rows instead.
        if (rows > width) CHECK(testing::counts(ctx).multiply_adds == 10 * rows * width * width);
        CHECK(testing::counts(ctx).multiply_adds <= 20 * rows * width * std::min(rows, width));
        backward(ctx, terms.total);
        for (const auto& slot : slots) CHECK(slot.gradient.extents() == shape{rows, width});
    }
}
