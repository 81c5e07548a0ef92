// SPDX-License-Identifier: MIT
// Adjacency matrices of a graph, as the graph networks of the field divide and scale them.
// infrastructure: not itself a topology
#pragma once

#include <cstddef>
#include <vector>

#include "mgkit/skeleton/graph.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// Matrices [slots, V, V], row-major. Entry (k, v, w): what joint v feeds joint w.
struct adjacency {
    int slots = 0, joints = 0;
    std::vector<double> values;

    double operator()(int k, int v, int w) const { return values[index(k, v, w)]; }
    double& operator()(int k, int v, int w) { return values[index(k, v, w)]; }
    friend bool operator==(const adjacency&, const adjacency&) = default;

private:
    std::size_t index(int k, int v, int w) const {
        const auto n = static_cast<std::size_t>(joints);
        return (static_cast<std::size_t>(k) * n + static_cast<std::size_t>(v)) * n +
               static_cast<std::size_t>(w);
    }
};

/// Three slots: each joint to itself, inward (a parent feeds its children) and outward (a child
/// feeds its parent), each divided by its column sums alone.
/// Source: 2s-AGCN (Shi et al., 2019), BlockGCN, `spatial` of PYSKL.
/// Errors: an edge or the centre out of range; so for all functions of this header.
adjacency inward_outward(const graph& g);

/// How joints within `max_hop` edges are divided over slots. uniform: one slot. distance: one slot
/// per hop. spatial: each joint to itself; then per hop one slot where the source is farther from
/// the centre than the target, or equally far, and one where it is nearer.
enum class hop_strategy { uniform, distance, spatial };

struct hop_settings {
    hop_strategy strategy = hop_strategy::spatial;
    int max_hop = 1;
    /// Distances to the centre are known up to `max_hop` only, and two unknown ones are equally
    /// far, as in the published code: most pairs then count as equally far (with one hop of NTU's
    /// 25 joints 40 against 8, not 24 against 24). false: true distances.
    bool unreachable_is_equal = true;
};

/// All pairs of joints within `max_hop` edges, themselves included, as one 0/1 matrix, divided by
/// its column sums once, then divided over slots: 1, max_hop + 1 or 2 max_hop + 1 of them.
/// The second slot of `spatial` and of `inward_outward` point in opposite directions.
/// Errors: max_hop below 0. Cost: slots V^2. Source: ST-GCN (Yan et al., 2018).
adjacency hop_partitions(const graph& g, const hop_settings& s = {});

/// Edges between each two joints, either way: [V, V], infinite above `max_hop` and where nothing
/// connects. Errors: max_hop below 0. Cost: V (V + E).
std::vector<double> hop_distances(const graph& g, int max_hop);

/// Slot k, for k from 0 to scales - 1: 1 for joints exactly k edges apart and for each joint with
/// itself. Errors: scales below 1. Source: MS-G3D (Liu et al., 2020).
adjacency scale_adjacency(const graph& g, int scales);

/// columns: every column divided by its sum. symmetric: every entry divided by the roots of the
/// sums of its row and of the row of its column. What sums to 0 stays 0.
enum class degree_norm { columns, symmetric };
adjacency normalised(const adjacency& a, degree_norm how);

/// The graph of a window of frames, joint v of frame f being f V + v: each joint is connected with
/// itself and its neighbours in every frame, the distance within its own frame being that of `g`.
/// `normalised(scale_adjacency(window_graph(g, 3), 6), degree_norm::columns)` is what G3D
/// multiplies with. It has cycles. Errors: frames below 1. Source: MS-G3D (tiling A + I).
graph window_graph(const graph& g, int frames);

}  // namespace MGKIT_NAMESPACE::skeleton

#if !defined(MGKIT_COMPILED)
#include "mgkit/skeleton/partitions-inl.hpp"
#endif
