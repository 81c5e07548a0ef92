// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "mgkit/metric/iod.hpp"
#include "mgkit/metric/kolmogorov.hpp"

namespace metric = mgkit::metric;
using mgkit::data::segment;

TEST_CASE("iod: three readings by hand", "[metric][quick]") {
    metric::iod m({.shifts = 50});
    const std::vector<segment> clips{{0, 10}, {20, 60}};
    const std::vector<segment> truth{{5, 30}, {25, 32}};  // the union is 5 to 32
    m.add(100, clips, truth, {}, 0);
    const auto r = m.report();
    CHECK(std::abs(r.mean.value - (0.5 + 12.0 / 40) / 2) < 1e-12);
    CHECK(std::abs(r.time_weighted.value - 17.0 / 50) < 1e-12);
    CHECK(r.thresholded.value == 0.5);
    CHECK(r.occupancy == 0.27);
    CHECK(r.clips == 2);
    CHECK(r.groups == 1);
}

TEST_CASE("iod: chance is the occupancy, and better sampling beats it", "[metric]") {
    metric::iod blind({.shifts = 1000}), seeing({.shifts = 1000});
    mgkit::random_stream random(mgkit::random_key{.seed = 4}, "test");
    for (int r = 0; r < 30; ++r) {
        std::vector<segment> truth, clips;
        for (int k = 0; k < 20; ++k) {
            truth.push_back({k * 100 + 10, k * 100 + 40});
            const int at = k * 100 + static_cast<int>(random.below(70));
            clips.push_back({at, at + 30});
        }
        blind.add(2000, clips, truth, {}, r % 10);
        seeing.add(2000, truth, truth, {}, r % 10);
    }
    const auto b = blind.report(), s = seeing.report();
    CHECK(b.occupancy == 0.3);
    CHECK(std::abs(b.mean.shifted.mean - 0.3) < 0.01);
    CHECK(b.mean.shifted.low < 0.3);
    CHECK(b.mean.shifted.high > 0.3);
    CHECK(s.mean.value == 1.0);
    CHECK(s.mean.shifted.p < 0.01);
    CHECK(s.mean.shifted.high < 0.6);
    CHECK(b.groups == 10);
    CHECK(b.mean.low <= b.mean.value);
    CHECK(b.mean.high >= b.mean.value);
}

TEST_CASE("iod: frames that could not be chosen leave chance alone", "[metric][quick]") {
    // Truth fills half of the seen half; over all frames it would be a quarter.
    metric::iod m({.shifts = 2000});
    std::vector<bool> considered(1000);
    for (std::size_t t = 0; t < 500; ++t) considered[t] = true;
    const std::vector<segment> clips{{0, 100}, {300, 400}}, truth{{0, 250}, {600, 700}};
    m.add(1000, clips, truth, considered, 0);
    const auto r = m.report();
    CHECK(r.occupancy == 0.5);
    CHECK(std::abs(r.mean.shifted.mean - 0.5) < 0.03);
    CHECK(r.mean.value == 0.5);
}

TEST_CASE("iod: bad input is refused", "[metric][quick]") {
    metric::iod m;
    const std::vector<segment> outside{{90, 101}}, none;
    CHECK_THROWS_AS(m.report(), mgkit::error);
    CHECK_THROWS_AS(m.add(100, outside, none, {}, 0), mgkit::error);
    CHECK_THROWS_AS(m.add(100, none, outside, {}, 0), mgkit::error);
    CHECK_THROWS_AS(m.add(0, none, none, {}, 0), mgkit::error);
    CHECK_THROWS_AS(m.add(100, none, none, std::vector<bool>(99), 0), mgkit::error);
    CHECK_THROWS_AS(metric::iod({.shifts = 0}), mgkit::error);
    m.add(100, none, none, std::vector<bool>(100, false), 0);
    CHECK_THROWS_AS(m.report(), mgkit::error);
}

TEST_CASE("iod: other draws of a sampler are its own chance", "[metric]") {
    metric::iod m({.shifts = 50});
    const std::vector<segment> clips{{0, 10}}, truth{{5, 20}};
    const std::vector<std::vector<segment>> draws{{{0, 5}}, {{5, 15}}, {{5, 10}, {20, 30}}, {}};
    m.add(100, clips, truth, {}, 0, draws);
    const auto r = m.report();
    CHECK(r.mean.value == 0.5);
    CHECK(r.mean.redrawn.runs == 3);  // a draw without clips has no mean
    CHECK(std::abs(r.mean.redrawn.mean - (0 + 1 + 0.5) / 3) < 1e-12);
    CHECK(r.mean.redrawn.p == 3.0 / 4);
    CHECK(r.mean.redrawn.low >= 0);
    CHECK(r.mean.redrawn.high <= 1);
    CHECK(std::abs(r.time_weighted.redrawn.mean - (0 + 1 + 5.0 / 15) / 3) < 1e-12);
    CHECK_THROWS_AS(m.add(100, clips, truth, {}, 0), mgkit::error);
    CHECK_THROWS_AS(m.add(100, clips, truth, {}, 0, std::vector<std::vector<segment>>(3)),
                    mgkit::error);
}

TEST_CASE("kolmogorov-smirnov: statistic and probability", "[metric][quick]") {
    const std::vector<double> cumulative{0.25, 0.5, 0.75, 1.0};
    const auto exact =
        metric::kolmogorov_smirnov(std::vector<std::uint64_t>{5, 5, 5, 5}, cumulative);
    CHECK(exact.statistic == 0);
    CHECK(exact.p == 1);
    const auto far =
        metric::kolmogorov_smirnov(std::vector<std::uint64_t>{100, 0, 0, 0}, cumulative);
    CHECK(far.statistic == 0.75);
    CHECK(far.p < 1e-6);
    // Tabulated: the 5 % point of the statistic is 1.358 / sqrt(n) for large n.
    CHECK(std::abs(metric::kolmogorov_p(1.358 / 100, 10000) - 0.05) < 0.002);
    CHECK(std::abs(metric::kolmogorov_p(1.628 / 100, 10000) - 0.01) < 0.001);
    CHECK_THROWS_AS(metric::kolmogorov_smirnov({}, {}), mgkit::error);
}
