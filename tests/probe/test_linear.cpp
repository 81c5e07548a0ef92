// SPDX-License-Identifier: MIT
// Linear classification of fixed features: it finds what is there, and nothing that is not.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/archive.hpp"
#include "mgkit/probe/baseline.hpp"
#include "mgkit/probe/linear.hpp"

using namespace mgkit;
using namespace mgkit::probe;
using Catch::Approx;
using T = eigen::tensor<float>;
using D = eigen::tensor<double>;

namespace {

struct labelled {
    data::feature_table features;
    std::vector<int> labels;
};

/// Rows of `classes` clouds, `apart` deviations from the origin each along an axis of its own.
labelled clouds(std::uint64_t seed, std::size_t rows, std::size_t columns, int classes,
                double apart) {
    random_stream draws({seed}, "clouds");
    labelled out{{rows, columns, {}}, {}};
    for (std::size_t i = 0; i < rows; ++i) {
        out.labels.push_back(static_cast<int>(i) % classes);
        for (std::size_t j = 0; j < columns; ++j)
            out.features.values.push_back(static_cast<float>(
                draws.normal() + (static_cast<int>(j) == out.labels.back() ? apart : 0)));
    }
    return out;
}

double accuracy(context& ctx, const labelled& train, const std::vector<int>& labels,
                const labelled& test, int classes, double ridge = 1e-3) {
    return evaluate_scores(
               test.labels,
               fit_and_score<T>(ctx, train.features, labels, test.features, classes, ridge),
               classes)
        .top1;
}

}  // namespace

TEST_CASE("clouds that are apart are told apart, also where no one has looked") {
    const auto train = clouds(1, 120, 12, 4, 8), test = clouds(2, 200, 12, 4, 8);
    context ctx{.seed = 1};
    CHECK(accuracy(ctx, train, train.labels, train, 4) == 1);
    CHECK(accuracy(ctx, train, train.labels, test, 4) == 1);
    // Neither units nor origin of a column matter.
    auto train_units = train, test_units = test;
    for (auto* table : {&train_units.features, &test_units.features})
        for (std::size_t i = 0; i < table->rows; ++i)
            for (std::size_t j = 0; j < table->columns; ++j)
                table->row(i)[j] = table->row(i)[j] * std::pow(10.f, float(j) - 5) + 3.f * float(j);
    CHECK(accuracy(ctx, train_units, train.labels, test_units, 4) == 1);
}

TEST_CASE("labels without meaning leave the test side at chance") {
    const auto train = clouds(1, 400, 10, 4, 3), test = clouds(2, 1000, 10, 4, 3);
    context ctx{.seed = 1};
    CHECK(accuracy(ctx, train, train.labels, test, 4) > .9);
    // Mean of five shuffles: each has .25 by chance, the clouds keep their answers together.
    double mean = 0;
    for (std::uint64_t seed = 0; seed < 5; ++seed)
        mean += accuracy(ctx, train, shuffled_labels(train.labels, {seed}), test, 4) / 5;
    CHECK(std::abs(mean - .25) < .1);
    // Features without meaning: sd .014 around .25.
    const auto noise = clouds(3, 400, 10, 4, 0), other = clouds(4, 1000, 10, 4, 0);
    CHECK(std::abs(accuracy(ctx, noise, noise.labels, other, 4) - .25) < .06);
}

TEST_CASE("a row's scores depend on its features and the training side only", "[quick]") {
    const auto train = clouds(1, 60, 6, 3, 2), test = clouds(2, 9, 6, 3, 2);
    context ctx{.seed = 1}, other{.seed = 1, .threads = 2};
    const auto all = fit_and_score<T>(ctx, train.features, train.labels, test.features, 3, 1e-3);
    for (int i = 0; i < 9; ++i) {
        const std::vector<int> row{i};
        const auto one = fit_and_score<T>(other, train.features, train.labels,
                                          test.features.subset(row), 3, 1e-3);
        for (std::size_t c = 0; c < 3; ++c)
            CHECK(one[c] == Approx(all[std::size_t(i) * 3 + c]).epsilon(1e-5));
    }
}

TEST_CASE("a classifier does not depend on the number of threads") {
    const auto train = clouds(1, 700, 300, 5, 1);
    const auto run = [&](int threads, int batch) {
        context ctx{.seed = 4, .threads = threads};
        nn::linear<T> fc(nn::scope(ctx, "fc"), 300, 5, .01);
        auto settings = reference_protocol(.05);
        settings.epochs = 4;
        settings.batch = batch;
        train_classifier(ctx, fc, train.features, train.labels, settings);
        return scores(ctx, fc, train.features);
    };
    CHECK(run(1, 512) == run(2, 512));
    CHECK(run(1, 0) == run(2, 0));
    CHECK(run(1, 64) != run(1, 512));
}

TEST_CASE("one step by hand: cross-entropy, ridge on weights only, momentum SGD", "[quick]") {
    context ctx;
    nn::linear<D> fc(nn::scope(ctx, "fc"), 2, 2, .3);
    const data::basic_feature_table<double> x{2, 2, {1, 2, -1, .5}};
    const std::vector<int> y{0, 1};
    auto w = nn::host_values(ctx, fc.weight.value), b = nn::host_values(ctx, fc.bias.value);
    classifier_settings<train::sgd, train::constant_schedule> settings;
    settings.optimiser = {.rate = .5, .momentum = .9};
    settings.epochs = 2;
    settings.ridge = .1;
    settings.shuffle = false;
    int heard = 0;
    train_classifier(ctx, fc, x, y, settings, [&](int epoch) { CHECK(epoch == heard++); });
    CHECK(heard == 2);
    std::vector<double> vw(4), vb(2);
    for (int step = 0; step < 2; ++step) {
        std::vector<double> gw(4), gb(2);
        for (std::size_t i = 0; i < 2; ++i) {
            double p[2], sum = 0;
            for (std::size_t c = 0; c < 2; ++c)
                sum += p[c] = std::exp(w[c * 2] * x.values[i * 2] +
                                       w[c * 2 + 1] * x.values[i * 2 + 1] + b[c]);
            for (std::size_t c = 0; c < 2; ++c) {
                const double d = (p[c] / sum - (y[i] == int(c))) / 2;
                gb[c] += d;
                for (std::size_t j = 0; j < 2; ++j) gw[c * 2 + j] += d * x.values[i * 2 + j];
            }
        }
        for (std::size_t k = 0; k < 4; ++k) {
            vw[k] = .9 * vw[k] + gw[k] + .1 * w[k];
            w[k] -= .5 * vw[k];
        }
        for (std::size_t c = 0; c < 2; ++c) {
            vb[c] = .9 * vb[c] + gb[c];
            b[c] -= .5 * vb[c];
        }
    }
    const auto got_w = nn::host_values(ctx, fc.weight.value);
    const auto got_b = nn::host_values(ctx, fc.bias.value);
    for (std::size_t k = 0; k < 4; ++k) CHECK(got_w[k] == Approx(w[k]).epsilon(1e-12));
    for (std::size_t c = 0; c < 2; ++c) CHECK(got_b[c] == Approx(b[c]).epsilon(1e-12));
}

TEST_CASE("batches cover all rows; the order of an epoch depends on the seed", "[quick]") {
    const auto train = clouds(1, 50, 4, 2, 1);
    const auto run = [&](std::uint64_t seed, int batch, bool shuffle) {
        context init{.seed = 1}, ctx{.seed = seed};
        nn::linear<T> fc(nn::scope(init, "fc"), 4, 2, .01);
        classifier_settings<train::sgd, train::constant_schedule> settings;
        settings.epochs = 2;
        settings.batch = batch;
        settings.shuffle = shuffle;
        train_classifier(ctx, fc, train.features, train.labels, settings);
        return nn::host_values(ctx, fc.weight.value);
    };
    CHECK(run(1, 16, true) == run(1, 16, true));
    CHECK(run(1, 16, true) != run(2, 16, true));
    CHECK(run(1, 16, false) == run(2, 16, false));
    CHECK(run(1, 0, false) == run(1, 50, false));
    CHECK(run(1, 0, false) == run(1, 1000, false));
    const auto reference = reference_protocol();
    CHECK(reference.epochs == 160);
    CHECK(reference.batch == 512);
    CHECK(reference.optimiser.momentum == .9);
    CHECK(reference.optimiser.rate * reference.schedule(145, 160) == Approx(.006 * .01));
}

TEST_CASE("a standardiser knows the training side; constant columns become 0", "[quick]") {
    const data::feature_table train{4,
                                    4,
                                    {1, 7, 1e9f, 5,  //
                                     2, 7, 1e9f, 5,  //
                                     3, 7, 1e9f, 5,  //
                                     4, 7, 1e9f, 5.5f}};
    const standardiser scale(train);
    const auto unit = scale(train);
    for (std::size_t j : {0u, 3u}) {
        double mean = 0, square = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            mean += unit.row(i)[j] / 4.;
            square += unit.row(i)[j] * unit.row(i)[j] / 4.;
        }
        CHECK(mean == Approx(0).margin(1e-6));
        CHECK(square == Approx(1).epsilon(1e-5));
    }
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(unit.row(i)[1] == 0);
        CHECK(unit.row(i)[2] == 0);
    }
    const auto test = scale(data::feature_table{1, 4, {2.5f, 100, 0, 5}});
    CHECK(test.row(0)[0] == Approx(0).margin(1e-6));
    CHECK(test.row(0)[1] == 0);
    CHECK(test.row(0)[2] == 0);
    CHECK_REFUSED(scale(data::feature_table{1, 3, {1, 2, 3}}), "4 columns, found 3");
    CHECK_REFUSED(standardiser(data::feature_table{}), "a filled table");
}

TEST_CASE("a standardiser does not take small features for constant ones", "[quick]") {
    data::feature_table train{4, 2, {1, 3, 2, -1, 3, 5, 4, 2}};
    const auto unit = standardiser(train)(train);
    for (float& v : train.values) v *= 0x1p-60f;
    CHECK(standardiser(train)(train).values == unit.values);
}

TEST_CASE("the ridge is chosen on the training side alone") {
    // More columns than rows, hardly any of them telling: strong ridges generalise better.
    auto train = clouds(1, 60, 80, 2, 1);
    std::vector<inner_fold> folds(2);
    for (int i = 0; i < 50; ++i) {
        (i < 25 ? folds[0].train : folds[0].test).push_back(i);
        (i < 25 ? folds[1].test : folds[1].train).push_back(i);
    }
    const std::vector<double> strengths{1e-3, 1, 1e3};
    context ctx{.seed = 1};
    const double chosen = choose_ridge<T>(ctx, train.features, train.labels, 2, strengths, folds);

    // By hand, over the same folds.
    double best = -1, want = 0;
    for (const double ridge : strengths) {
        double correct = 0;
        for (const auto& fold : folds) {
            labelled fit{train.features.subset(fold.train), {}},
                held{train.features.subset(fold.test), {}};
            for (int i : fold.train) fit.labels.push_back(train.labels[std::size_t(i)]);
            for (int i : fold.test) held.labels.push_back(train.labels[std::size_t(i)]);
            correct += accuracy(ctx, fit, fit.labels, held, 2, ridge) * 25;
        }
        if (correct > best) {
            best = correct;
            want = ridge;
        }
    }
    CHECK(chosen == want);
    CHECK(chosen != strengths[0]);

    // Rows in no fold are never read: they may even be infinite.
    for (std::size_t i = 50; i < 60; ++i)
        for (float& v : train.features.row(i)) v = std::numeric_limits<float>::infinity();
    CHECK(choose_ridge<T>(ctx, train.features, train.labels, 2, strengths, folds) == chosen);

    // Ties go to the first strength.
    const auto easy = clouds(1, 60, 5, 2, 20);
    CHECK(choose_ridge<T>(ctx, easy.features, easy.labels, 2, std::vector<double>{1e-2, 1e-4},
                          folds) == 1e-2);
}

TEST_CASE("linear probes refuse what does not fit", "[quick]") {
    const auto train = clouds(1, 10, 3, 2, 1);
    context ctx;
    nn::linear<T> fc(nn::scope(ctx), 3, 2);
    const auto before = nn::host_values(ctx, fc.weight.value);
    const auto fit = [&](const data::feature_table& x, std::vector<int> y,
                         decltype(softmax_regression()) settings = softmax_regression()) {
        train_classifier(ctx, fc, x, y, settings);
    };
    CHECK_REFUSED(fit({}, {}), "a filled table");
    CHECK_REFUSED(fit({2, 3, {1, 2, 3, 4, 5}}, {0, 1}), "2 x 3 with 5 values");
    CHECK_REFUSED(fit({1, 2, {1, 2}}, {0}), "features of 3 columns");
    CHECK_REFUSED(fit(train.features, {0, 1}), "a label for each of 10 clips, found 2");
    auto wrong = train.labels;
    wrong[3] = 2;
    CHECK_REFUSED(fit(train.features, wrong), "label 2 at index 3");
    wrong[3] = -1;
    CHECK_REFUSED(fit(train.features, wrong), "label -1 at index 3");
    auto infinite = train.features;
    infinite.row(4)[1] = std::nanf("");
    CHECK_REFUSED(fit(infinite, train.labels), "nan in row 4, column 1");
    CHECK_REFUSED(scores(ctx, fc, infinite), "row 4, column 1");
    CHECK_REFUSED(scores(ctx, fc, data::feature_table{1, 2, {1, 2}}), "features of 3 columns");
    auto settings = softmax_regression(-1);
    CHECK_REFUSED(fit(train.features, train.labels, settings), "ridge -1");
    settings = softmax_regression();
    settings.epochs = 0;
    CHECK_REFUSED(fit(train.features, train.labels, settings), "0 epochs");
    settings = softmax_regression();
    settings.batch = -3;
    CHECK_REFUSED(fit(train.features, train.labels, settings), "batch -3");
    CHECK(nn::host_values(ctx, fc.weight.value) == before);

    const std::vector<double> strengths{1};
    const std::vector<inner_fold> fold{{{0, 1, 2}, {3, 4}}};
    const auto choose = [&](std::span<const int> labels, std::span<const double> s,
                            std::span<const inner_fold> f) {
        return choose_ridge<T>(ctx, train.features, labels, 2, s, f);
    };
    CHECK_REFUSED(choose(train.labels, {}, fold), "0 strengths");
    CHECK_REFUSED(choose(train.labels, strengths, {}), "0 folds");
    CHECK_REFUSED(choose(std::vector<int>{0}, strengths, fold),
                  "a label for each of 10 clips, found 1");
    CHECK_REFUSED(choose(train.labels, strengths, std::vector<inner_fold>{{{0}, {}}}),
                  "1 and 0 rows in fold 0");
    CHECK_REFUSED(choose(train.labels, strengths, std::vector<inner_fold>{{{0, 10}, {1}}}),
                  "rows from 0 to 10 - 1, found 10");
}
