// SPDX-License-Identifier: MIT
// Graphs by their text and their faults; adjacency matrices by hand on small graphs.
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/graph.hpp"
#include "mgkit/skeleton/list.hpp"
#include "mgkit/skeleton/partitions.hpp"

using namespace mgkit;
using namespace mgkit::skeleton;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// Entries that are one quotient round as the same quotient here does, and so are equal.
using matrix = std::vector<double>;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// 0 - 1 - 2 - 3, the centre at 1; every edge points to it.
const graph chain{4, {{0, 1}, {2, 1}, {3, 2}}, 1};

matrix slot(const adjacency& a, int k) {
    const auto size = static_cast<std::size_t>(a.joints) * static_cast<std::size_t>(a.joints);
    const auto at = a.values.begin() + static_cast<std::ptrdiff_t>(size) * k;
    return {at, at + static_cast<std::ptrdiff_t>(size)};
}

int filled(const matrix& m) {
    int out = 0;
    for (const double v : m) out += v != 0 ? 1 : 0;
    return out;
}

std::string fault_of(const graph& g) {
    return refusal([&] { require_sound(g, "net.graph"); });
}

}  // namespace

TEST_CASE("every topology, as a type and as a value, gives a sound graph", "[skeleton][graph]") {
    all::for_each([&]<class T>(type_tag<T>) {
        INFO(T::name);
        const graph g = graph_of(T{});
        CHECK_NOTHROW(require_sound(g, "graph"));
        CHECK(g.joints == joint_count(T{}));
        CHECK(g.edges.size() + 1 == T::joints.size());
        CHECK(g.centre == T::centre);
        CHECK(graph_of(dynamic::copy_of(T{})) == g);
        CHECK(parse_graph(T::name, "graph") == g);
        CHECK(parse_graph(graph_text(g), "graph") == g);
        for (const double d : hop_distances(g, g.joints)) CHECK(std::isfinite(d));
    });
    const auto body = dynamic::from_bones("bird", {"head", "body", "wing"},
                                          std::vector<joint_pair>{{0, 1}, {2, 1}});
    CHECK_NOTHROW(require_sound(graph_of(body), "graph"));
    CHECK(graph_text(graph_of(body)) == "3 joints, centre 1: 0-1 2-1");
    CHECK_NOTHROW(require_sound({1, {}, 0}, "graph"));
}

TEST_CASE("a graph is read from its text, or named", "[skeleton][graph][quick]") {
    CHECK(graph_text(chain) == "4 joints, centre 1: 0-1 2-1 3-2");
    CHECK(parse_graph("4 joints, centre 1: 0-1 2-1 3-2", "x") == chain);
    CHECK(parse_graph("1 joints, centre 0:", "x") == graph{1, {}, 0});
    CHECK(graph_text(graph_of(ntu25{})).starts_with("25 joints, centre 20: 0-1 1-20 2-20 3-2 "));
    for (const char* text :
         {"4 joints, centre 1: 0-1 2-", "4 joints, centre 1: 0-1 2", "4 joints, centre 1: 0-1,2-1",
          "4 joints, centre 1:0-1", "4 joints, centre 1: 0-1 ",
          "joints, centre 1:", "4 joints, centre -1:", "4 joints, centre 1: -1-2", "4 joints: 0-1",
          ":", "4 joints, centre 99999999999: 0-1", "4 joints, centre 1: 0-1 \n2-1"}) {
        INFO(text);
        const std::string line = refusal([&] { parse_graph(text, "net.graph"); });
        CHECK(line.starts_with("net.graph: expected a graph as "));
        CHECK(line.find('\n') == std::string::npos);
    }
    CHECK_REFUSED(parse_graph("4 joints, centre 1: 0-1,2-1", "x"), "found ',2-1'");
    CHECK_REFUSED(parse_graph("4 joints, centre 1: 0-1 2-", "x"), "an end too soon");
    CHECK_REFUSED(parse_graph("0 joints, centre 0:", "x"), "1 to 4096 joints");
    CHECK_REFUSED(parse_graph("4097 joints, centre 0:", "x"), "found 4097");
    CHECK_REFUSED(parse_graph("ntu24", "net.graph"), "net.graph: ");
    CHECK_REFUSED(parse_graph("ntu24", "net.graph"), "ntu25, kinect20");
    CHECK_REFUSED(parse_graph("", "net.graph"), "ntu25");
}

TEST_CASE("a fault of a graph is told with its joints", "[skeleton][graph][quick]") {
    CHECK(fault_of(chain) == "no error");
    CHECK(fault_of({4, {{0, 1}, {2, 1}, {3, 4}}, 1}).starts_with("net.graph: expected edges"));
    CHECK_CONTAINS(fault_of({4, {{0, 1}, {2, 1}, {3, 4}}, 1}), "the edge 3-4");
    CHECK_CONTAINS(fault_of({4, {{0, 1}, {2, -1}, {3, 2}}, 1}), "the edge 2--1");
    CHECK_CONTAINS(fault_of({4, {{0, 1}, {2, 2}, {3, 2}}, 1}), "joint 2 tied to itself");
    CHECK_CONTAINS(fault_of({4, {{0, 1}, {2, 1}, {3, 2}, {2, 1}}, 1}), "the edge 2-1 twice");
    CHECK_CONTAINS(fault_of({4, {{0, 1}, {2, 1}, {3, 2}, {1, 2}}, 1}), "the edge 1-2 twice");
    CHECK_CONTAINS(fault_of({4, {{0, 1}, {2, 1}}, 1}), "joint 3 without one");
    CHECK_CONTAINS(fault_of({4, {{0, 1}, {2, 1}, {3, 2}}, 4}), "a centre from 0 to 3, found 4");
    CHECK_CONTAINS(fault_of({4, {{0, 1}, {2, 1}, {3, 2}}, -1}), "found -1");
    CHECK_CONTAINS(fault_of({0, {}, 0}), "at least one joint");
    // A ring of 1, 2, 3, 4 with 0 and 5 beside it.
    CHECK_CONTAINS(fault_of({6, {{0, 1}, {2, 1}, {3, 2}, {5, 3}, {4, 3}, {1, 4}}, 1}),
                   "a cycle over the joints 1, 2, 3, 4;");
}

TEST_CASE("inward and outward are divided each alone", "[skeleton][graph][quick]") {
    const adjacency a = inward_outward(chain);
    CHECK(a.slots == 3);
    CHECK(a.joints == 4);
    CHECK(slot(a, 0) == matrix{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});
    // Joint 1 feeds its children 0 and 2, joint 2 its child 3; column 1 stays empty.
    CHECK(slot(a, 1) == matrix{0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0});
    CHECK(slot(a, 2) == matrix{0, .5, 0, 0, 0, 0, 0, 0, 0, .5, 0, 0, 0, 0, 1, 0});
    CHECK(a(1, 1, 2) == 1);
    CHECK(a(2, 2, 1) == .5);
}

TEST_CASE("hops are counted up to a limit", "[skeleton][graph][quick]") {
    CHECK(hop_distances(chain, 0) ==
          matrix{0, inf, inf, inf, inf, 0, inf, inf, inf, inf, 0, inf, inf, inf, inf, 0});
    CHECK(hop_distances(chain, 2) == matrix{0, 1, 2, inf, 1, 0, 1, 2, 2, 1, 0, 1, inf, 2, 1, 0});
    CHECK(hop_distances(chain, 9) == matrix{0, 1, 2, 3, 1, 0, 1, 2, 2, 1, 0, 1, 3, 2, 1, 0});
    CHECK(hop_distances({3, {{0, 1}}, 0}, 9) == matrix{0, 1, inf, 1, 0, inf, inf, inf, 0});
}

TEST_CASE("hop partitions divide one normalised matrix", "[skeleton][graph][quick]") {
    // Within one hop joints 0 to 3 have 2, 3, 3, 2 neighbours, themselves included.
    const double half = 1. / 2, third = 1. / 3;
    const matrix whole{half, third, 0,     0,    half, third, third, 0,
                       0,    third, third, half, 0,    0,     third, half};
    const adjacency uniform = hop_partitions(chain, {.strategy = hop_strategy::uniform});
    CHECK(uniform.slots == 1);
    CHECK(uniform.values == whole);

    const adjacency distance = hop_partitions(chain, {.strategy = hop_strategy::distance});
    CHECK(distance.slots == 2);
    const matrix self{half, 0, 0, 0, 0, third, 0, 0, 0, 0, third, 0, 0, 0, 0, half};
    CHECK(slot(distance, 0) == self);
    CHECK(slot(distance, 1) ==
          matrix{0, third, 0, 0, half, 0, third, 0, 0, third, 0, half, 0, 0, third, 0});

    // The source 0 is farther than the target 1; 3 lies beyond one hop, and so counts as farther
    // than 2, whose distance is known.
    const adjacency spatial = hop_partitions(chain);
    CHECK(spatial.slots == 3);
    CHECK(slot(spatial, 0) == self);
    CHECK(slot(spatial, 1) == matrix{0, third, 0, 0, 0, 0, 0, 0, 0, third, 0, 0, 0, 0, third, 0});
    CHECK(slot(spatial, 2) == matrix{0, 0, 0, 0, half, 0, third, 0, 0, 0, 0, half, 0, 0, 0, 0});
}

TEST_CASE("pairs far from the centre count as equally far, or not", "[skeleton][graph][quick]") {
    const graph g = graph_of(ntu25{});
    const adjacency trap = hop_partitions(g);
    CHECK(filled(slot(trap, 0)) == 25);
    CHECK(filled(slot(trap, 1)) == 40);
    CHECK(filled(slot(trap, 2)) == 8);
    const adjacency exact = hop_partitions(g, {.unreachable_is_equal = false});
    CHECK(filled(slot(exact, 1)) == 24);
    CHECK(filled(slot(exact, 2)) == 24);
    // Away from the root of a tree whose edges point to the centre, the last slot is "inward".
    const adjacency directed = inward_outward(g);
    for (std::size_t i = 0; i < 625; ++i) {
        CHECK((slot(exact, 2)[i] != 0) == (slot(directed, 1)[i] != 0));
        CHECK((slot(exact, 1)[i] != 0) == (slot(directed, 2)[i] != 0));
    }
    // With two hops of the chain: 0 and 2 are equally far from 1, and 3 is known.
    const adjacency two = hop_partitions(chain, {.max_hop = 2});
    CHECK(two.slots == 5);
    CHECK(two == hop_partitions(chain, {.max_hop = 2, .unreachable_is_equal = false}));
    const double quarter = 1. / 4, third = 1. / 3;
    CHECK(slot(two, 3) == matrix{0, 0, quarter, 0, 0, 0, 0, 0, third, 0, 0, 0, 0, quarter, 0, 0});
    CHECK(slot(two, 4) == matrix{0, 0, 0, 0, 0, 0, 0, third, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("scales hold exact distances and each joint itself", "[skeleton][graph][quick]") {
    const adjacency a = scale_adjacency(chain, 3);
    CHECK(slot(a, 0) == matrix{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});
    CHECK(slot(a, 1) == matrix{1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1});
    CHECK(slot(a, 2) == matrix{1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1});

    const adjacency columns = normalised(a, degree_norm::columns);
    for (int k = 0; k < 3; ++k)
        for (int w = 0; w < 4; ++w) {
            double sum = 0;
            for (int v = 0; v < 4; ++v) sum += columns(k, v, w);
            // Up to three quotients and their sum: five roundings of half an epsilon at most.
            CHECK_THAT(sum, WithinAbs(1, 2.5 * epsilon));
        }
    const adjacency both = normalised(a, degree_norm::symmetric);
    // Two roots, their reciprocals and a product, here a root and a reciprocal: seven roundings.
    CHECK_THAT(both(1, 0, 1), WithinRel(1 / std::sqrt(6.0), 3.5 * epsilon));
    CHECK_THAT(both(1, 1, 2), WithinRel(1. / 3, 3.5 * epsilon));
    CHECK(both(1, 1, 0) == both(1, 0, 1));

    // Rows and columns that differ: the degrees of rows count, and an empty one stays empty.
    const adjacency skewed{1, 2, {3, 1, 0, 0}};
    CHECK(normalised(skewed, degree_norm::symmetric).values == matrix{.75, 0, 0, 0});
    CHECK(normalised(skewed, degree_norm::columns).values == matrix{1, 1, 0, 0});
}

TEST_CASE("a window connects joints over its frames", "[skeleton][graph][quick]") {
    const graph pair{2, {{0, 1}}, 1};
    const graph window = window_graph(pair, 2);
    CHECK(window.joints == 4);
    const adjacency a = scale_adjacency(window, 2);
    CHECK(slot(a, 0) == matrix{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});
    CHECK(slot(a, 1) == matrix(16, 1.0));  // A + I of the pair, tiled
    const auto hops = hop_distances(window_graph(chain, 3), 9);
    const auto within = hop_distances(chain, 9);
    for (std::size_t v = 0; v < 12; ++v)
        for (std::size_t w = 0; w < 12; ++w) {
            const double same_joint = v == w ? 0 : 1;
            CHECK(hops[v * 12 + w] == (v % 4 == w % 4 ? same_joint : within[v % 4 * 4 + w % 4]));
        }
    CHECK(window_graph(chain, 1) == chain);
}

TEST_CASE("partitions refuse what no matrix can hold", "[skeleton][graph][quick]") {
    const graph bad{3, {{0, 3}}, 0};
    CHECK_REFUSED(inward_outward(bad), "the edge 0-3");
    CHECK_REFUSED(hop_partitions(bad), "the edge 0-3");
    CHECK_REFUSED(hop_distances(bad, 1), "the edge 0-3");
    CHECK_REFUSED(scale_adjacency(bad, 1), "the edge 0-3");
    CHECK_REFUSED(window_graph(bad, 1), "the edge 0-3");
    CHECK_REFUSED(hop_partitions({3, {}, 3}), "a centre from 0 to 2");
    CHECK_REFUSED(hop_partitions(chain, {.max_hop = -1}), "found -1");
    CHECK_REFUSED(hop_distances(chain, -1), "found -1");
    CHECK_REFUSED(scale_adjacency(chain, 0), "at least one scale");
    CHECK_REFUSED(window_graph(chain, 0), "at least one frame");
}
