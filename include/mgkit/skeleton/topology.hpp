// SPDX-License-Identifier: MIT
// What a skeleton is: names, bones, a centre, a scale pair, mirror pairs, parts, visibility
// anchors.
// infrastructure: not itself a topology
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// Two joints: a bone (child, parent), a scale pair, a graph edge.
struct joint_pair {
    int first = 0;
    int second = 0;
    friend constexpr bool operator==(const joint_pair&, const joint_pair&) = default;
};

/// Joints of one person, V of them, and the tree that connects them.
///
/// A constexpr type (members static, the type empty) or `skeleton::dynamic` (members filled at run
/// time); both read the same way:
/// - `name`; `joints[j]` joint names, unique;
/// - `parents[j]` in [0, V), the root being its own parent;
/// - `centre`: the joint that positions are measured from;
/// - `scale_pair`: two joints whose distance stands for the size of the body;
/// - `mirror[j]`: the joint on the other side, j itself on the midline;
/// - `part_names[k]`, `part_of[j]`: a partition of the joints;
/// - `anchors`: the joints that must be seen for a frame to count as visible; may be empty.
/// `fault` says whether the values make sense.
template <class T>
concept topology = requires(const T& t, std::size_t i) {
    std::string_view(t.name);
    std::string_view(t.joints[i]);
    std::string_view(t.part_names[i]);
    { t.parents[i] } -> std::convertible_to<int>;
    { t.mirror[i] } -> std::convertible_to<int>;
    { t.part_of[i] } -> std::convertible_to<int>;
    { t.anchors.size() } -> std::convertible_to<std::size_t>;
    { t.centre } -> std::convertible_to<int>;
    { t.scale_pair } -> std::convertible_to<joint_pair>;
};

/// A topology known to the compiler.
template <class T>
concept static_topology = topology<T> && std::is_empty_v<T> && std::default_initializable<T>;

template <topology T>
constexpr int joint_count(const T& t) {
    return static_cast<int>(t.joints.size());
}
template <static_topology T>
inline constexpr int joint_count_v = static_cast<int>(T::joints.size());

/// The joint that is its own parent; -1 where there is none.
template <topology T>
constexpr int root(const T& t) {
    for (int j = 0; j < joint_count(t); ++j)
        if (t.parents[static_cast<std::size_t>(j)] == j) return j;
    return -1;
}

/// Index of a joint by name; -1 where there is none.
template <topology T>
constexpr int find_joint(const T& t, std::string_view name) {
    for (std::size_t j = 0; j < t.joints.size(); ++j)
        if (std::string_view(t.joints[j]) == name) return static_cast<int>(j);
    return -1;
}

/// The joints that pre-processing needs, free of the topology's type.
struct reference_joints {
    int joints = 0;
    int centre = 0;
    joint_pair scale_pair;
};
template <topology T>
constexpr reference_joints references(const T& t) {
    return {joint_count(t), t.centre, t.scale_pair};
}

/// First law that a topology breaks, in words, or null where it is sound.
///
/// Laws: arrays of one length; names unique and not empty; every parent in range, exactly one root,
/// no cycle; centre, scale pair (two joints, unless V is 1) and anchors in range; mirror an
/// involution with parents[mirror[j]] == mirror[parents[j]]; every part named and no part empty.
/// Cost: V^2.
template <topology T>
constexpr const char* fault(const T& t) {
    const auto count = t.joints.size();
    const int v = static_cast<int>(count);
    const auto inside = [v](int j) { return j >= 0 && j < v; };
    if (count == 0) return "a skeleton needs at least one joint";
    if (t.parents.size() != count || t.mirror.size() != count || t.part_of.size() != count)
        return "parents, mirror and part_of need one entry per joint";
    int roots = 0;
    for (std::size_t j = 0; j < count; ++j) {
        if (std::string_view(t.joints[j]).empty()) return "a joint has no name";
        for (std::size_t k = 0; k < j; ++k)
            if (std::string_view(t.joints[j]) == std::string_view(t.joints[k]))
                return "two joints share a name";
        if (!inside(t.parents[j])) return "a parent is out of range";
        roots += t.parents[j] == static_cast<int>(j) ? 1 : 0;
    }
    if (roots != 1) return "the bones need exactly one root";
    for (std::size_t j = 0; j < count; ++j) {
        int at = static_cast<int>(j);
        for (int step = 0; step < v && t.parents[static_cast<std::size_t>(at)] != at; ++step)
            at = t.parents[static_cast<std::size_t>(at)];
        if (t.parents[static_cast<std::size_t>(at)] != at) return "the bones contain a cycle";
    }
    if (!inside(t.centre)) return "the centre is out of range";
    if (!inside(t.scale_pair.first) || !inside(t.scale_pair.second))
        return "the scale pair is out of range";
    if (v > 1 && t.scale_pair.first == t.scale_pair.second)
        return "the scale pair needs two different joints";
    for (std::size_t j = 0; j < count; ++j) {
        const int m = t.mirror[j];
        if (!inside(m) || t.mirror[static_cast<std::size_t>(m)] != static_cast<int>(j))
            return "mirror is not an involution";
        if (t.parents[static_cast<std::size_t>(m)] !=
            t.mirror[static_cast<std::size_t>(t.parents[j])])
            return "mirror does not agree with the bones";
    }
    for (const int a : t.anchors)
        if (!inside(a)) return "an anchor is out of range";
    for (std::size_t k = 0; k < t.part_names.size(); ++k) {
        bool used = false;
        for (const int p : t.part_of) used = used || p == static_cast<int>(k);
        if (!used) return "a part has no joint";
    }
    for (const int p : t.part_of)
        if (p < 0 || p >= static_cast<int>(t.part_names.size())) return "a joint is in no part";
    return nullptr;
}

/// Whether a topology keeps the laws. A test proves it of every entry of `skeleton::all`; a
/// topology of your own asserts it.
template <static_topology T>
inline constexpr bool sound = fault(T{}) == nullptr;

/// Every parent stands before its child, so one forward pass over the joints walks the tree.
template <static_topology T>
inline constexpr bool parents_first = [] {
    for (std::size_t j = 0; j < T::parents.size(); ++j)
        if (T::parents[j] > static_cast<int>(j)) return false;
    return true;
}();

/// The bones as (child, parent), in joint order, the root left out.
template <static_topology T>
constexpr auto bones() {
    std::array<joint_pair, T::joints.size() - 1> out{};
    std::size_t next = 0;
    for (std::size_t j = 0; j < T::joints.size(); ++j)
        if (T::parents[j] != static_cast<int>(j))
            out[next++] = {static_cast<int>(j), T::parents[j]};
    return out;
}

/// The mirror permutation that names "left_x" and "right_x" spell out.
template <std::size_t V>
constexpr std::array<int, V> mirror_by_name(const std::array<std::string_view, V>& joints) {
    constexpr std::string_view left = "left_", right = "right_";
    std::array<int, V> out{};
    for (std::size_t j = 0; j < V; ++j) out[j] = static_cast<int>(j);
    for (std::size_t j = 0; j < V; ++j) {
        if (!joints[j].starts_with(left)) continue;
        const std::string_view part = joints[j].substr(left.size());
        for (std::size_t k = 0; k < V; ++k)
            if (joints[k].size() == part.size() + right.size() && joints[k].starts_with(right) &&
                joints[k].ends_with(part)) {
                out[j] = static_cast<int>(k);
                out[k] = static_cast<int>(j);
            }
    }
    return out;
}

/// The graph of a topology as undirected edges: its bones, or its own `edges` where it states them.
template <static_topology T>
constexpr auto graph_edges() {
    if constexpr (requires { T::edges; })
        return T::edges;
    else
        return bones<T>();
}

}  // namespace MGKIT_NAMESPACE::skeleton
