// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/metric/binomial.hpp"
#include "mgkit/metric/bootstrap.hpp"

using namespace mgkit;
using namespace mgkit::metric;
using Catch::Approx;

TEST_CASE("two subjects have three resamples, so the interval is known", "[quick]") {
    // Subject 7: 1, 1; subject 3: 0, 0, 0, 1. Resamples: 77 -> 1, 33 -> 1/4, mixed -> 1/2.
    const std::vector<double> values{1, 0, 0, 1, 0, 1};
    const std::vector<int> subjects{7, 3, 3, 7, 3, 3};
    const interval i = bootstrap_mean(values, subjects);
    CHECK(i.estimate == Approx(.5));
    CHECK(i.low == Approx(.25));
    CHECK(i.high == Approx(1));
    CHECK(i.groups == 2);
}

TEST_CASE("equal subjects leave no uncertainty; order of clips does not matter", "[quick]") {
    const std::vector<double> values{1, 0, 1, 0, 1, 0};
    const std::vector<int> subjects{1, 1, 2, 2, 3, 3};
    const interval i = bootstrap_mean(values, subjects);
    CHECK(i.low == Approx(.5));
    CHECK(i.high == Approx(.5));
}

TEST_CASE("the same key gives the same bits, another key another interval", "[quick]") {
    std::vector<double> values;
    std::vector<int> subjects;
    random_stream noise({3}, "test");
    for (int s = 0; s < 15; ++s)
        for (int k = 0; k < 10; ++k) {
            values.push_back(noise.uniform());
            subjects.push_back(s);
        }
    bootstrap_settings settings;
    const interval a = bootstrap_mean(values, subjects, settings);
    const interval b = bootstrap_mean(values, subjects, settings);
    CHECK(a.low == b.low);
    CHECK(a.high == b.high);
    settings.key.seed = 1;
    CHECK(bootstrap_mean(values, subjects, settings).low != a.low);
    settings.level = .5;
    const interval narrow = bootstrap_mean(values, subjects, settings);
    CHECK(narrow.low > a.low);
    CHECK(narrow.high < a.high);
}

TEST_CASE("the interval covers the truth about as often as it says, and clips alone would not") {
    // 20 subjects of 10 clips; subject effect sd .2 dominates clip noise sd .1; true mean 0.
    int covered = 0, covered_by_clips = 0;
    constexpr int trials = 200;
    for (std::uint32_t trial = 0; trial < trials; ++trial) {
        random_stream noise({11, 0, trial}, "coverage");
        std::vector<double> values;
        std::vector<int> subjects, clips;
        for (int s = 0; s < 20; ++s) {
            const double effect = .2 * noise.normal();
            for (int k = 0; k < 10; ++k) {
                values.push_back(effect + .1 * noise.normal());
                subjects.push_back(s);
                clips.push_back(static_cast<int>(clips.size()));
            }
        }
        bootstrap_settings settings;
        settings.replicates = 400;
        const interval right = bootstrap_mean(values, subjects, settings);
        const interval naive = bootstrap_mean(values, clips, settings);
        covered += right.low <= 0 && 0 <= right.high;
        covered_by_clips += naive.low <= 0 && 0 <= naive.high;
    }
    CHECK(covered >= trials * 86 / 100);
    CHECK(covered <= trials * 99 / 100);
    CHECK(covered_by_clips < trials * 70 / 100);
}

TEST_CASE("pairing cancels what both systems share", "[quick]") {
    std::vector<double> first, second;
    std::vector<int> subjects;
    random_stream noise({5}, "paired");
    for (int s = 0; s < 12; ++s) {
        const double hard = noise.uniform();
        for (int k = 0; k < 5; ++k) {
            second.push_back(hard);
            first.push_back(hard + .125);
            subjects.push_back(s);
        }
    }
    const interval d = bootstrap_difference(first, second, subjects);
    CHECK(d.estimate == Approx(.125));
    CHECK(d.low == Approx(.125));
    CHECK(d.high == Approx(.125));
    const interval alone = bootstrap_mean(first, subjects);
    CHECK(alone.high - alone.low > .1);
}

TEST_CASE("weights of one over the fold's size give the mean of fold means", "[quick]") {
    const std::vector<double> values{1, 1, 1, 0, 0, 1};
    const std::vector<double> weights{.25, .25, .25, .25, .5, .5};
    const std::vector<int> subjects{1, 1, 2, 2, 3, 4};
    CHECK(bootstrap_mean(values, subjects, {}, weights).estimate == Approx((.75 + .5) / 2));
}

TEST_CASE("class mean intervals average over classes", "[quick]") {
    const std::vector<double> hit{1, 1, 1, 0, 1, 1, 1, 0};
    const std::vector<int> truth{0, 0, 0, 1, 0, 0, 0, 1};
    const std::vector<int> subjects{1, 1, 1, 1, 2, 2, 2, 2};
    const interval i = bootstrap_class_mean(hit, truth, 3, subjects);
    CHECK(i.estimate == Approx(.5));
    CHECK(i.low == Approx(.5));
    CHECK_THROWS_AS(bootstrap_class_mean(hit, truth, 1, subjects), error);
}

TEST_CASE("intervals refuse what they cannot answer", "[quick]") {
    const std::vector<double> two{0, 1}, nan{0, std::nan("")};
    const std::vector<int> same{4, 4}, apart{1, 2}, three{1, 2, 3};
    CHECK_THROWS_AS(bootstrap_mean({}, {}), error);
    CHECK_REFUSED(bootstrap_mean(two, same), "two subjects");
    CHECK_THROWS_AS(bootstrap_mean(two, three), error);
    CHECK_REFUSED(bootstrap_mean(nan, apart), "index 1");
    CHECK_THROWS_AS(bootstrap_mean(two, apart, {}, std::vector<double>{1}), error);
    CHECK_THROWS_AS(bootstrap_mean(two, apart, {}, std::vector<double>{1, -1}), error);
    CHECK_THROWS_AS(bootstrap_mean(two, apart, {}, std::vector<double>{0, 0}), error);
    CHECK_THROWS_AS(bootstrap_difference(two, std::vector<double>{1}, apart), error);
    bootstrap_settings settings;
    settings.replicates = 0;
    CHECK_THROWS_AS(bootstrap_mean(two, apart, settings), error);
    settings.replicates = 10;
    settings.level = 1;
    CHECK_THROWS_AS(bootstrap_mean(two, apart, settings), error);
}

TEST_CASE("Wilson interval by hand", "[quick]") {
    // p = .5, n = 100, z^2 = 3.841459: centre .5, half width .0961675 / 1 (worked out by hand).
    const interval i = wilson(50, 100);
    CHECK(i.estimate == Approx(.5));
    CHECK(i.low == Approx(.4038315).margin(1e-6));
    CHECK(i.high == Approx(.5961685).margin(1e-6));
    CHECK(wilson(0, 10).low == 0);
    CHECK(wilson(0, 10).high == Approx(3.841459 / 13.841459).margin(1e-6));
    CHECK(wilson(10, 10).high == Approx(1));
    CHECK_THROWS_AS(wilson(0, 0), error);
    CHECK_THROWS_AS(wilson(5, 4), error);
    CHECK_THROWS_AS(wilson(-1, 4), error);
    CHECK_THROWS_AS(wilson(1, 4, 0), error);
}
