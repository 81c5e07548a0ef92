// SPDX-License-Identifier: MIT
// The graph that networks see: joints, what connects them, and where distances count from.
// infrastructure: not itself a topology
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// Joints of one person and what connects them: edges (child, parent), counted from 0, and the
/// joint that distances count from. Networks read the edges both ways and keep their order.
struct graph {
    int joints = 0;
    std::vector<joint_pair> edges;
    int centre = 0;
    friend bool operator==(const graph&, const graph&) = default;
};

/// The bones of a topology, in joint order, and its centre.
template <topology T>
graph graph_of(const T& t) {
    graph out{joint_count(t), {}, t.centre};
    for (int j = 0; j < out.joints; ++j)
        if (const int parent = t.parents[static_cast<std::size_t>(j)]; parent != j)
            out.edges.push_back({j, parent});
    return out;
}

/// A graph in one line: "3 joints, centre 1: 0-1 2-1", each edge as child-parent. `parse_graph`
/// reads an equal graph from it.
std::string graph_text(const graph& g);

/// A graph from its text, or the bones of a built-in topology by name ("ntu25"). The text is read
/// as it stands; `require_sound` says whether it makes sense.
/// Errors: mgkit::error with `where` in front for an unknown name, malformed text, more than 4096
/// joints.
graph parse_graph(std::string_view text, const std::string& where);

/// Throws mgkit::error with `where` in front unless the graph is one that a network can be built
/// on: at least one joint, no edge out of range, from a joint to itself or given twice in either
/// direction, no cycle, no joint without an edge (but the only one), a centre in range. A cycle is
/// reported with the joints on it. Cost: V + E, E^2 for the search of doubles.
void require_sound(const graph& g, const std::string& where);

}  // namespace MGKIT_NAMESPACE::skeleton

#if !defined(MGKIT_COMPILED)
#include "mgkit/skeleton/graph-inl.hpp"
#endif
