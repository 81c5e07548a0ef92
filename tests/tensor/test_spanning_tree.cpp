// SPDX-License-Identifier: MIT
// Spanning trees: beside one found edge by edge, of equal distances, on a backend of primitives.
#include "mgkit/tensor/ops/spanning_tree.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "tensor/op_check.hpp"

using namespace mgkit;
using test::t64;

namespace {

/// Distances of points on a line or in space, [V, V].
std::vector<double> distances_of(const std::vector<std::array<double, 3>>& points) {
    std::vector<double> out;
    for (const auto& a : points)
        for (const auto& b : points)
            out.push_back(std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
    return out;
}

std::vector<std::array<double, 3>> random_points(std::size_t count, std::uint32_t clip) {
    random_stream stream(random_key{.seed = 5, .clip = clip}, "points");
    std::vector<std::array<double, 3>> out(count);
    for (auto& p : out) p = {stream.normal(), stream.normal(), stream.normal()};
    return out;
}

/// Lengths of the tree that takes the shortest edge first, sorted.
std::vector<double> shortest_first(const std::vector<double>& distances, std::size_t v) {
    std::vector<std::size_t> edges(v * v), part(v);
    std::iota(edges.begin(), edges.end(), std::size_t{0});
    std::iota(part.begin(), part.end(), std::size_t{0});
    std::stable_sort(edges.begin(), edges.end(),
                     [&](std::size_t a, std::size_t b) { return distances[a] < distances[b]; });
    std::vector<double> out;
    for (const std::size_t e : edges) {
        const std::size_t from = part[e / v], to = part[e % v];
        if (from == to) continue;
        for (std::size_t& p : part) p = p == from ? to : p;
        out.push_back(distances[e]);
    }
    return out;
}

/// Lengths of a tree as spanning_tree gives it, sorted; fails where a row but the first has another
/// number of neighbours than one.
std::vector<double> tree_lengths(const double* tree, const double* distances, std::size_t v) {
    std::vector<double> out;
    for (std::size_t j = 0; j < v; ++j) {
        CHECK(std::accumulate(tree + j * v, tree + (j + 1) * v, 0.0) == (j == 0 ? 0 : 1));
        for (std::size_t i = 0; i < v; ++i)
            if (tree[j * v + i] == 1) out.push_back(distances[j * v + i]);
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace

TEMPLATE_TEST_CASE("a spanning tree is as short as one made of the shortest edges",
                   "[tensor][quick]", t64, test::composed) {
    context ctx;
    for (const std::size_t v : {1u, 2u, 3u, 7u, 26u}) {
        std::vector<double> all;
        for (const std::uint32_t clip : {1u, 2u, 3u})
            for (const double d : distances_of(random_points(v, clip))) all.push_back(d);
        const auto side = static_cast<extent>(v);
        const auto trees = test::values_of(
            ctx, spanning_tree(ctx, test::tensor_of<TestType>(ctx, all, {3, side, side})));
        for (std::size_t n = 0; n < 3; ++n) {
            const double* const own = all.data() + n * v * v;
            CHECK(tree_lengths(trees.data() + n * v * v, own, v) ==
                  shortest_first({own, own + v * v}, v));
        }
    }
}

TEST_CASE("equal distances make one tree", "[tensor][quick]") {
    context ctx;
    const auto tree_of = [&](const std::vector<double>& d, extent v) {
        return test::values_of(ctx, spanning_tree(ctx, test::tensor_of<t64>(ctx, d, {1, v, v})));
    };
    CHECK(tree_of(std::vector<double>(9, 0), 3) == std::vector<double>{0, 0, 0, 1, 0, 0, 1, 0, 0});
    // Joints that nobody saw, all in one place, beside two others.
    const auto distances = distances_of({{0, 0, 0}, {2, 0, 0}, {0, 0, 0}, {0, 0, 0}, {3, 0, 0}});
    const auto tree = tree_of(distances, 5);
    CHECK(tree_lengths(tree.data(), distances.data(), 5) == std::vector<double>{0, 0, 1, 2});
}

TEST_CASE("what is no distance ends all the same, other extents are refused", "[tensor][quick]") {
    context ctx;
    const t64 nothing = backend_traits<t64>::full(ctx, {2, 4, 4}, std::nan(""));
    CHECK(shape_of(spanning_tree(ctx, nothing)) == shape{2, 4, 4});
    const auto refused = [&](const shape& extents) {
        return test::refusal(
            [&] { spanning_tree(ctx, backend_traits<t64>::full(ctx, extents, 0)); });
    };
    CHECK(refused({2, 3, 4}).find("[N, V, V]") != std::string::npos);
    CHECK(refused({0, 3, 3}).find("not empty") != std::string::npos);
}
