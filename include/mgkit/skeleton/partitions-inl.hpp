// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/skeleton/partitions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::skeleton {

namespace detail {

inline constexpr int no_path = std::numeric_limits<int>::max();

MGKIT_COLD_INLINE adjacency empty_adjacency(int slots, int joints) {
    const auto v = static_cast<std::size_t>(joints);
    return {slots, joints, std::vector<double>(static_cast<std::size_t>(slots) * v * v)};
}

/// Edges between each two joints, either way, [V, V]; `no_path` above max_hop.
MGKIT_COLD_INLINE std::vector<int> hops(const graph& g, int max_hop) {
    const auto v = static_cast<std::size_t>(g.joints);
    std::vector<std::vector<std::size_t>> beside(v);
    for (const auto [a, b] : g.edges) {
        beside[static_cast<std::size_t>(a)].push_back(static_cast<std::size_t>(b));
        beside[static_cast<std::size_t>(b)].push_back(static_cast<std::size_t>(a));
    }
    std::vector<int> out(v * v, no_path);
    for (std::size_t from = 0; from < v; ++from) {
        int* const row = out.data() + from * v;
        std::vector<std::size_t> open{from};
        row[from] = 0;
        for (std::size_t i = 0; i < open.size(); ++i) {
            if (row[open[i]] == max_hop) break;
            for (const std::size_t next : beside[open[i]]) {
                if (row[next] != no_path) continue;
                row[next] = row[open[i]] + 1;
                open.push_back(next);
            }
        }
    }
    return out;
}

MGKIT_COLD_INLINE void require_hops(const char* where, const graph& g, int max_hop) {
    require_in_range(g, where);
    if (max_hop < 0) throw error(where, "max_hop of at least 0", text(max_hop));
}

}  // namespace detail

MGKIT_COLD_INLINE adjacency inward_outward(const graph& g) {
    detail::require_in_range(g, "inward_outward");
    adjacency out = detail::empty_adjacency(3, g.joints);
    for (int j = 0; j < g.joints; ++j) out(0, j, j) = 1;
    for (const auto [child, parent] : g.edges) out(1, parent, child) = out(2, child, parent) = 1;
    return normalised(out, degree_norm::columns);
}

MGKIT_COLD_INLINE adjacency hop_partitions(const graph& g, const hop_settings& s) {
    detail::require_hops("hop_partitions", g, s.max_hop);
    const auto v = static_cast<std::size_t>(g.joints);
    const std::vector<int> hop = detail::hops(g, s.max_hop);
    adjacency whole = detail::empty_adjacency(1, g.joints);
    for (std::size_t i = 0; i < hop.size(); ++i) whole.values[i] = hop[i] <= s.max_hop ? 1 : 0;
    whole = normalised(whole, degree_norm::columns);
    if (s.strategy == hop_strategy::uniform) return whole;

    const bool spatial = s.strategy == hop_strategy::spatial;
    const std::vector<int> known =
        s.unreachable_is_equal || !spatial ? hop : detail::hops(g, g.joints);
    const int* const from_centre = known.data() + static_cast<std::size_t>(g.centre) * v;
    adjacency out = detail::empty_adjacency((spatial ? 2 : 1) * s.max_hop + 1, g.joints);
    for (std::size_t source = 0; source < v; ++source)
        for (std::size_t target = 0; target < v; ++target) {
            const std::size_t at = source * v + target;
            if (hop[at] > s.max_hop) continue;
            const bool nearer = from_centre[source] < from_centre[target];
            const int slot = !spatial || hop[at] == 0 ? hop[at] : 2 * hop[at] - (nearer ? 0 : 1);
            out.values[static_cast<std::size_t>(slot) * v * v + at] = whole.values[at];
        }
    return out;
}

MGKIT_COLD_INLINE std::vector<double> hop_distances(const graph& g, int max_hop) {
    detail::require_hops("hop_distances", g, max_hop);
    const std::vector<int> hop = detail::hops(g, max_hop);
    std::vector<double> out(hop.size());
    for (std::size_t i = 0; i < hop.size(); ++i)
        out[i] = hop[i] == detail::no_path ? std::numeric_limits<double>::infinity() : hop[i];
    return out;
}

MGKIT_COLD_INLINE adjacency scale_adjacency(const graph& g, int scales) {
    detail::require_in_range(g, "scale_adjacency");
    if (scales < 1) throw error("scale_adjacency", "at least one scale", text(scales));
    const std::vector<int> hop = detail::hops(g, scales - 1);
    adjacency out = detail::empty_adjacency(scales, g.joints);
    for (std::size_t i = 0; i < hop.size(); ++i)
        if (hop[i] < scales) out.values[static_cast<std::size_t>(hop[i]) * hop.size() + i] = 1;
    for (int k = 0; k < scales; ++k)
        for (int j = 0; j < g.joints; ++j) out(k, j, j) = 1;
    return out;
}

MGKIT_COLD_INLINE adjacency normalised(const adjacency& a, degree_norm how) {
    const auto v = static_cast<std::size_t>(a.joints);
    const bool columns = how == degree_norm::columns;
    adjacency out = a;
    std::vector<double> sum(v);
    for (double* matrix = out.values.data(); matrix != out.values.data() + out.values.size();
         matrix += v * v) {
        std::fill(sum.begin(), sum.end(), 0.0);
        for (std::size_t i = 0; i < v * v; ++i) sum[columns ? i % v : i / v] += matrix[i];
        for (double& s : sum) s = s > 0 ? 1 / (columns ? s : std::sqrt(s)) : 0;
        for (std::size_t i = 0; i < v * v; ++i)
            matrix[i] *= columns ? sum[i % v] : sum[i / v] * sum[i % v];
    }
    return out;
}

MGKIT_COLD_INLINE graph window_graph(const graph& g, int frames) {
    detail::require_in_range(g, "window_graph");
    if (frames < 1) throw error("window_graph", "at least one frame", text(frames));
    graph out{g.joints * frames, {}, g.centre};
    for (int one = 0; one < frames; ++one)
        for (int other = 0; other < frames; ++other) {
            const int from = one * g.joints, to = other * g.joints;
            for (const auto [child, parent] : g.edges)
                out.edges.push_back({from + child, to + parent});
            for (int j = 0; one < other && j < g.joints; ++j)
                out.edges.push_back({from + j, to + j});
        }
    return out;
}

}  // namespace MGKIT_NAMESPACE::skeleton
