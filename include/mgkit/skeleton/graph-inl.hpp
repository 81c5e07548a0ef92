// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/skeleton/graph.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <span>
#include <system_error>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/skeleton/list.hpp"

namespace MGKIT_NAMESPACE::skeleton {

namespace detail {

/// What every reader of a graph needs: joints, edges and a centre in range.
MGKIT_COLD_INLINE void require_in_range(const graph& g, std::string_view where) {
    if (g.joints < 1) throw error(where, "at least one joint", mgkit::text(g.joints));
    const auto inside = [&](int j) { return j >= 0 && j < g.joints; };
    for (const auto [child, parent] : g.edges)
        if (!inside(child) || !inside(parent))
            throw error(where, text("edges between joints 0 to ", g.joints - 1),
                        text("the edge ", child, "-", parent), "joints count from 0");
    if (!inside(g.centre))
        throw error(where, text("a centre from 0 to ", g.joints - 1), text(g.centre));
}

/// The joints between two joints of a forest, both included; its edges are the first `count`.
MGKIT_COLD_INLINE std::vector<int> path_between(const graph& g, std::size_t count, int from,
                                                int to) {
    std::vector<int> before(static_cast<std::size_t>(g.joints), -1), open{to};
    before[static_cast<std::size_t>(to)] = to;
    for (std::size_t i = 0; i < open.size(); ++i)
        for (std::size_t e = 0; e < count; ++e) {
            const auto [a, b] = g.edges[e];
            if (a != open[i] && b != open[i]) continue;
            const int next = a == open[i] ? b : a;
            int& seen = before[static_cast<std::size_t>(next)];
            if (seen >= 0) continue;
            seen = open[i];
            open.push_back(next);
        }
    std::vector<int> path{from};
    while (path.back() != to) path.push_back(before[static_cast<std::size_t>(path.back())]);
    return path;
}

MGKIT_COLD_INLINE graph tree(std::span<const int> parents, int centre) {
    graph out{static_cast<int>(parents.size()), {}, centre};
    for (int j = 0; j < out.joints; ++j)
        if (const int parent = parents[static_cast<std::size_t>(j)]; parent != j)
            out.edges.push_back({j, parent});
    return out;
}

/// The bones of the built-in topology of a name; whole topologies would cost the compiler more.
MGKIT_COLD_INLINE graph named_graph(std::string_view name, const std::string& where) {
    graph out;
    std::string names;
    all::for_each([&]<class T>(type_tag<T>) {
        if (T::name == name) out = tree(T::parents, T::centre);
        names.append(names.empty() ? "" : ", ").append(T::name);
    });
    if (out.joints == 0)
        throw error(where, "a graph, or one of " + names, std::string(name),
                    "write a graph as \"3 joints, centre 1: 0-1 2-1\"");
    return out;
}

/// Whole numbers and fixed words at the front of a text.
struct graph_reader {
    std::string_view rest;

    bool number(int& value) {
        if (rest.empty() || rest[0] == '-') return false;
        const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        if (fault != std::errc{}) return false;
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        return true;
    }
    bool word(std::string_view wanted) {
        if (!rest.starts_with(wanted)) return false;
        rest.remove_prefix(wanted.size());
        return true;
    }
};

}  // namespace detail

MGKIT_COLD_INLINE std::string graph_text(const graph& g) {
    std::string out = text(g.joints, " joints, centre ", g.centre, ":");
    for (const auto [child, parent] : g.edges) out += text(" ", child, "-", parent);
    return out;
}

MGKIT_COLD_INLINE graph parse_graph(std::string_view text, const std::string& where) {
    constexpr int most = 4096;
    if (text.find(':') == std::string_view::npos) return detail::named_graph(text, where);
    graph out;
    detail::graph_reader reader{text};
    bool good = reader.number(out.joints) && reader.word(" joints, centre ") &&
                reader.number(out.centre) && reader.word(":");
    while (good && !reader.rest.empty()) {
        joint_pair edge;
        good = reader.word(" ") && reader.number(edge.first) && reader.word("-") &&
               reader.number(edge.second);
        out.edges.push_back(edge);
    }
    if (!good)
        throw error(where, "a graph as \"3 joints, centre 1: 0-1 2-1\"",
                    reader.rest.empty() ? "an end too soon"
                                        : mgkit::text("'", reader.rest.substr(0, 20), "'"));
    if (out.joints < 1 || out.joints > most)
        throw error(where, mgkit::text("1 to ", most, " joints"), mgkit::text(out.joints));
    return out;
}

MGKIT_COLD_INLINE void require_sound(const graph& g, const std::string& where) {
    detail::require_in_range(g, where);
    std::vector<int> group(static_cast<std::size_t>(g.joints));
    std::iota(group.begin(), group.end(), 0);
    const auto top = [&](int j) {
        while (group[static_cast<std::size_t>(j)] != j) {
            int& above = group[static_cast<std::size_t>(j)];
            j = above = group[static_cast<std::size_t>(above)];
        }
        return j;
    };
    std::vector<bool> connected(static_cast<std::size_t>(g.joints), g.joints == 1);
    for (std::size_t e = 0; e < g.edges.size(); ++e) {
        const auto [a, b] = g.edges[e];
        if (a == b)
            throw error(where, "edges between two joints", text("joint ", a, " tied to itself"),
                        "leave the edge out");
        const joint_pair turned{b, a};
        for (std::size_t k = 0; k < e; ++k)
            if (g.edges[k] == g.edges[e] || g.edges[k] == turned)
                throw error(where, "every edge once", text("the edge ", a, "-", b, " twice"),
                            "an edge counts both ways; leave one out");
        const int one = top(a), other = top(b);
        if (one == other) {
            std::string ring;
            for (const int j : detail::path_between(g, e, a, b))
                ring += text(ring.empty() ? "" : ", ", j);
            throw error(where, "edges without a cycle", "a cycle over the joints " + ring,
                        "leave out one edge of it");
        }
        group[static_cast<std::size_t>(one)] = other;
        connected[static_cast<std::size_t>(a)] = connected[static_cast<std::size_t>(b)] = true;
    }
    const auto alone = std::find(connected.begin(), connected.end(), false);
    if (alone != connected.end())
        throw error(where, "an edge at every joint",
                    text("joint ", alone - connected.begin(), " without one"),
                    "connect it, or take the joint out");
}

}  // namespace MGKIT_NAMESPACE::skeleton
