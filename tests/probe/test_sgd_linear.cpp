// SPDX-License-Identifier: MIT
// The published linear evaluation: what it learns, by what steps, and what it refuses.
#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/archive.hpp"
#include "mgkit/probe/sgd_linear.hpp"

using namespace mgkit;

namespace {

using single = eigen::tensor<float>;
using twofold = eigen::tensor<double>;

struct known_rows {
    data::feature_table features;
    std::vector<int> labels;
};

/// Rows around a corner of four, one along each axis at `height`, with noise of deviation `noise`.
known_rows corners(std::uint64_t seed, std::size_t rows, double noise, double height = 4) {
    const std::size_t columns = 6;
    random_stream draws({seed}, "corners");
    known_rows out{{rows, columns, {}}, {}};
    for (std::size_t i = 0; i < rows; ++i) {
        out.labels.push_back(static_cast<int>(i) % 4);
        for (std::size_t j = 0; j < columns; ++j)
            out.features.values.push_back(static_cast<float>(
                noise * draws.normal() + (static_cast<int>(j) == out.labels.back() ? height : 0)));
    }
    return out;
}

std::vector<float> scored(std::uint64_t seed, int threads, const known_rows& train,
                          const known_rows& test, const probe::sgd_linear_settings& settings = {}) {
    context ctx{.seed = seed, .threads = threads};
    return probe::sgd_linear<single>(ctx, train.features, train.labels, test.features, 4, settings);
}

/// One layer of two classes on two columns, and its momentum.
struct layer_by_hand {
    std::vector<double> w, b, buffer_w = std::vector<double>(4), buffer_b = std::vector<double>(2);

    double score(const data::basic_feature_table<double>& x, std::size_t row, std::size_t c) const {
        return w[c * 2] * x.row(row)[0] + w[c * 2 + 1] * x.row(row)[1] + b[c];
    }
    void step(const data::basic_feature_table<double>& x, const std::vector<int>& y, double rate,
              double momentum, double decay) {
        std::vector<double> gw(4), gb(2);
        for (std::size_t i = 0; i < x.rows; ++i)
            for (std::size_t c = 0; c < 2; ++c) {
                const double share = 1 / (1 + std::exp(score(x, i, 1 - c) - score(x, i, c)));
                const double d =
                    (share - (y[i] == static_cast<int>(c))) / static_cast<double>(x.rows);
                gb[c] += d;
                for (std::size_t j = 0; j < 2; ++j) gw[c * 2 + j] += d * x.row(i)[j];
            }
        const auto move = [&](std::vector<double>& p, std::vector<double>& buffer,
                              const std::vector<double>& g) {
            for (std::size_t k = 0; k < p.size(); ++k) {
                buffer[k] = momentum * buffer[k] + g[k] + decay * p[k];
                p[k] -= rate * buffer[k];
            }
        };
        move(w, buffer_w, gw);
        move(b, buffer_b, gb);
    }
};

}  // namespace

TEST_CASE("the linear evaluation's settings are those that are published", "[quick]") {
    const probe::sgd_linear_settings settings;
    const auto p = settings.protocol();
    CHECK(p.epochs == 100);
    CHECK(p.batch == 128);
    CHECK(p.shuffle);
    CHECK(p.ridge == 0);
    CHECK(p.optimiser.momentum == .9);
    CHECK(p.optimiser.weight_decay == 0);
    CHECK_FALSE(p.optimiser.nesterov);
    for (int epoch = 0; epoch < 100; ++epoch)
        CHECK(p.optimiser.rate * p.schedule(epoch, p.epochs) == Catch::Approx(epoch < 50   ? .1
                                                                              : epoch < 80 ? .01
                                                                                           : .001));
}

TEST_CASE("linear evaluation learns what a plane tells apart", "[quick]") {
    const auto train = corners(1, 200, .5), test = corners(2, 100, .5);
    const auto right = probe::evaluate_scores(test.labels, scored(3, 1, train, test), 4);
    CHECK(right.top1 == 1);
    // Features without meaning: sd .014 around .25.
    const auto blank = corners(3, 400, 1, 0), other = corners(4, 1000, 1, 0);
    const auto guessed = probe::evaluate_scores(other.labels, scored(3, 1, blank, other), 4);
    CHECK(std::abs(guessed.top1 - .25) < .06);
}

TEST_CASE("equal seeds give equal bits of a linear evaluation, on any number of threads") {
    const auto train = corners(1, 300, 2), test = corners(2, 50, 2);
    const auto once = scored(5, 1, train, test);
    CHECK(scored(5, 1, train, test) == once);
    CHECK(scored(6, 1, train, test) != once);
    // Wide enough that work is cut.
    known_rows wide{{700, 300, {}}, {}};
    random_stream draws({4}, "wide");
    for (std::size_t i = 0; i < 700 * 300; ++i)
        wide.features.values.push_back(static_cast<float>(draws.normal()));
    for (int i = 0; i < 700; ++i) wide.labels.push_back(i % 4);
    for (const int batch : {128, 0}) {
        const probe::sgd_linear_settings few{.epochs = 4, .batch = batch};
        CHECK(scored(5, 1, wide, wide, few) == scored(5, 2, wide, wide, few));
    }
    // The order of an epoch is drawn; without it and a draw of weights no seed matters.
    const probe::sgd_linear_settings still{.epochs = 3, .batch = 1, .deviation = 0};
    const probe::sgd_linear_settings whole{.epochs = 3, .batch = 0, .deviation = 0};
    CHECK(scored(5, 1, train, test, still) != scored(6, 1, train, test, still));
    const auto first = scored(5, 1, train, test, whole), second = scored(6, 1, train, test, whole);
    for (std::size_t i = 0; i < first.size(); ++i)
        CHECK(first[i] == Catch::Approx(second[i]).epsilon(1e-4).margin(1e-4));
}

TEST_CASE("two steps of a linear evaluation by hand, on features as they are", "[quick]") {
    // Neither column has mean 0 or deviation 1.
    const data::basic_feature_table<double> x{3, 2, {7, .02, 5, -.01, 6, .05}},
        asked{2, 2, {6.5, .03, 4, 1}};
    const std::vector<int> y{0, 1, 1};
    const probe::sgd_linear_settings settings{.rate = .2,
                                              .momentum = .8,
                                              .weight_decay = .05,
                                              .epochs = 2,
                                              .milestones = {1},
                                              .factor = .5,
                                              .batch = 0,
                                              .deviation = .3};
    context ctx{.seed = 11};
    const nn::linear<twofold> start(nn::scope(ctx, "fc"), 2, 2, .3);
    const auto w = nn::host_values(ctx, start.weight.value);
    layer_by_hand layer{{w.begin(), w.end()}, {0, 0}};
    layer.step(x, y, .2, .8, .05);
    layer.step(x, y, .1, .8, .05);
    const auto got = probe::sgd_linear<twofold>(ctx, x, y, asked, 2, settings);
    REQUIRE(got.size() == 4);
    for (std::size_t row = 0; row < 2; ++row)
        for (std::size_t c = 0; c < 2; ++c)
            CHECK(got[row * 2 + c] == Catch::Approx(layer.score(asked, row, c)).epsilon(1e-12));
}

TEST_CASE("linear evaluation refuses what does not fit", "[quick]") {
    const auto rows = corners(1, 12, 1);
    const auto run = [&](const known_rows& train, const data::feature_table& test, int classes,
                         const probe::sgd_linear_settings& settings = {}) {
        context ctx;
        return probe::sgd_linear<single>(ctx, train.features, train.labels, test, classes,
                                         settings);
    };
    CHECK_REFUSED(run({}, rows.features, 4), "a filled table");
    CHECK_REFUSED(run(rows, {}, 4), "a filled table");
    CHECK_REFUSED(run(rows, {1, 2, {1, 2}}, 4), "test features of 6 columns");
    CHECK_REFUSED(run(rows, rows.features, 0), "at least one class");
    CHECK_REFUSED(run(rows, rows.features, 3), "label 3 at index 3");
    auto short_of_one = rows;
    short_of_one.labels.pop_back();
    CHECK_REFUSED(run(short_of_one, rows.features, 4), "a label for each of 12 clips, found 11");
    auto endless = rows.features;
    endless.row(2)[1] = std::numeric_limits<float>::infinity();
    CHECK_REFUSED(run(rows, endless, 4), "inf in row 2, column 1");
    CHECK_REFUSED(run({endless, rows.labels}, rows.features, 4), "inf in row 2, column 1");
    const auto with = [&](const probe::sgd_linear_settings& s) {
        return run(rows, rows.features, 4, s);
    };
    CHECK_REFUSED(with({.rate = 0}), "a rate above 0, found 0");
    CHECK_REFUSED(with({.rate = std::nan("")}), "a rate above 0");
    CHECK_REFUSED(with({.momentum = 1}), "a momentum from 0 to below 1, found 1");
    CHECK_REFUSED(with({.weight_decay = -1}), "a weight decay of 0 or more, found -1");
    CHECK_REFUSED(with({.epochs = 0}), "0 epochs");
    CHECK_REFUSED(with({.factor = 0}), "a factor on the rate above 0");
    CHECK_REFUSED(with({.batch = -1}), "batch -1");
    CHECK_REFUSED(with({.deviation = -.1}), "a deviation of 0 or more, found -0.1");
}
