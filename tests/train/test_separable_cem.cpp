// SPDX-License-Identifier: MIT
// The cross-entropy method: what it is told and what follows, laws of its draws.
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/train/separable_cem.hpp"

using namespace mgkit;
using train::separable_cem;

TEST_CASE("the next generation follows the best half", "[train][quick]") {
    separable_cem search({.numbers = 1, .mean = 0, .damp = 1, .least_damp = 0, .population = 4});
    CHECK(search.elite().empty());
    const double first = std::log(3.0), second = std::log(1.5), whole = first + second;
    search.tell(std::vector<double>{1, 2, 3, 4}, std::vector<double>{0, 9, -1, 5});
    CHECK(search.generation() == 1);
    CHECK(search.elite() == std::vector<double>{2});
    CHECK(search.mean()[0] == Catch::Approx((2 * first + 4 * second) / whole));
    CHECK(search.damp() == Catch::Approx(0.95));
    CHECK(search.variance()[0] == Catch::Approx((4 * first + 16 * second) / whole / 2 + 0.95));
}

TEST_CASE("a search finds the top of a hill", "[train][quick]") {
    separable_cem search({.numbers = 3, .mean = 0, .variance = 1, .population = 40});
    const std::vector<double> top{0.5, -1, 0.25};
    for (int g = 0; g < 60; ++g) {
        const auto points = search.ask(3);
        std::vector<double> scores(40);
        for (std::size_t i = 0; i < scores.size(); ++i)
            for (std::size_t j = 0; j < 3; ++j)
                scores[i] -= std::pow(points[3 * i + j] - top[j], 2);
        search.tell(points, scores);
    }
    for (std::size_t j = 0; j < 3; ++j) CHECK(std::abs(search.mean()[j] - top[j]) < 0.05);
}

TEST_CASE("points are drawn by seed and generation", "[train][quick]") {
    separable_cem search({.numbers = 2, .population = 6, .antithetic = true, .elitism = true});
    const auto points = search.ask(1);
    CHECK(search.ask(1) == points);
    CHECK(search.ask(2) != points);
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(points[i] - 0.125 == Catch::Approx(0.125 - points[6 + i]));
    search.tell(points, std::vector<double>{0, 0, 3, 0, 0, 0});
    const auto next = search.ask(1);
    CHECK(next != points);
    CHECK(std::vector<double>(next.end() - 2, next.end()) == search.elite());
    CHECK(search.elite() == std::vector<double>{points[4], points[5]});
}

TEST_CASE("a search without meaning is refused", "[train][quick]") {
    CHECK_THROWS_AS(separable_cem({.numbers = 0}), error);
    CHECK_THROWS_AS(separable_cem({.numbers = 1, .population = 5, .antithetic = true}), error);
    CHECK_THROWS_AS(separable_cem({.numbers = 1, .population = 4, .parents = 5}), error);
    separable_cem search({.numbers = 2, .population = 2});
    CHECK_THROWS_AS(search.tell(std::vector<double>(3), std::vector<double>(2)), error);
    CHECK_THROWS_AS(search.tell(std::vector<double>(4), std::vector<double>{0, NAN}), error);
}
