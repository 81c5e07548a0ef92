// SPDX-License-Identifier: MIT
// Sums of edges as GCN-NAS has them: words, polynomials by hand, points of the search.
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/encode/gcn_nas.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using encode::edge_sums;
using encode::edge_term;

namespace {

std::string refused_sum(const std::string& list, int blocks) {
    try {
        edge_sums(list, blocks, "test");
    } catch (const error& e) {
        return e.what();
    }
    FAIL_CHECK("nothing was refused");
    return {};
}

/// Two joints, the first feeds the second with weight .5.
std::vector<double> edges_of_two(const std::string& sum) {
    const skeleton::adjacency a{1, 2, {0, .5, 0, 0}};
    return encode::fixed_edges(edge_sums(sum, 1, "test")[0], a).values;
}

}  // namespace

TEST_CASE("sums of edges are read from words", "[encode][quick]") {
    const auto sums = edge_sums("ch3+.25*S+PA,-2*T", 2, "test");
    REQUIRE(sums.size() == 2);
    CHECK(sums[0].factor(edge_term::ch3) == 1);
    CHECK(sums[0].factor(edge_term::S) == 0.25);
    CHECK(sums[0].has(edge_term::PA));
    CHECK_FALSE(sums[0].has(edge_term::ST));
    CHECK(sums[1].factor(edge_term::T) == -2);
    CHECK(edge_sums("0*A", 7, "test").size() == 7);
    CHECK(edge_sums("0*A", 1, "test")[0].has(edge_term::A));
    CHECK(edge_sums(encode::published_sums, 10, "test").size() == 10);

    CHECK_THAT(refused_sum("ch3+S,PA", 3), Contains("3 blocks") && Contains("2 sums"));
    CHECK_THAT(refused_sum("ch3+ch5", 1), Contains("ch5") && Contains("cheb4s"));
    CHECK_THAT(refused_sum("x*S", 1), Contains("no number"));
    CHECK_THAT(refused_sum("nan*S", 1), Contains("no number"));
    CHECK_THAT(refused_sum("S+.5*S", 1), Contains("second time"));
    for (const char* list : {"", "+S", "S++T", ",S", "S,,T", "2*", "*S"}) {
        INFO(list);
        CHECK_FALSE(refused_sum(list, 1).empty());
    }
}

TEST_CASE("edges are polynomials of each entry", "[encode][quick]") {
    CHECK(edges_of_two("A") == std::vector<double>{0, .5, 0, 0});
    CHECK(edges_of_two("ch3") == std::vector<double>{-2, .5, 0, -2});
    CHECK(edges_of_two("cheb2") == std::vector<double>{-1, .5, 0, -1});
    CHECK(edges_of_two("cheb3") == std::vector<double>{0, -1, 0, 0});
    CHECK(edges_of_two("cheb4") == std::vector<double>{1, -1.5, 0, 1});
    CHECK(edges_of_two("2*A+.5*cheb2") == std::vector<double>{-.5, 1.25, 0, -.5});
    CHECK(edges_of_two("PA+S+T") == std::vector<double>(4, 0.0));
    // Over the senders of each joint: exp(1 / 2) beside exp(0), exp(-1.5 / 2) beside exp(1 / 2).
    const auto shares = edges_of_two("cheb4s");
    CHECK(shares[0] == Catch::Approx(std::exp(.5) / (std::exp(.5) + 1)));
    CHECK(shares[0] + shares[2] == Catch::Approx(1));
    CHECK(shares[1] == Catch::Approx(std::exp(-.75) / (std::exp(-.75) + std::exp(.5))));
    CHECK(edges_of_two("ch4s")[1] ==
          Catch::Approx(std::exp(-1.25) / (std::exp(-1.25) + std::exp(.5))));
}

TEST_CASE("points of the search are factors", "[encode][quick]") {
    std::vector<double> point(16, 0.0);
    point[0] = std::log(9.0);  // A of the first block counts nine times as much as the others
    const auto sums = edge_sums(encode::searched_sums(point, "test"), 2, "test");
    CHECK(sums[0].factor(edge_term::A) == Catch::Approx(9.0 / 16));
    for (const edge_term t : {edge_term::cheb4s, edge_term::cheb4, edge_term::cheb3,
                              edge_term::cheb2, edge_term::S, edge_term::T, edge_term::ST}) {
        CHECK(sums[0].factor(t) == Catch::Approx(1.0 / 16));
        CHECK(sums[1].factor(t) == Catch::Approx(1.0 / 8));
    }
    CHECK_FALSE(sums[0].has(edge_term::PA));
    CHECK_THROWS_AS(encode::searched_sums(std::vector<double>(9), "test"), error);
}
