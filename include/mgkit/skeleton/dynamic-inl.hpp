// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/skeleton/dynamic.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/joint_name.hpp"

namespace MGKIT_NAMESPACE::skeleton {

MGKIT_COLD_INLINE dynamic::dynamic() = default;
MGKIT_COLD_INLINE dynamic::dynamic(const dynamic&) = default;
MGKIT_COLD_INLINE dynamic::dynamic(dynamic&&) noexcept = default;
MGKIT_COLD_INLINE dynamic& dynamic::operator=(const dynamic&) = default;
MGKIT_COLD_INLINE dynamic& dynamic::operator=(dynamic&&) noexcept = default;
MGKIT_COLD_INLINE dynamic::~dynamic() = default;

MGKIT_COLD_INLINE std::vector<joint_pair> dynamic::bones() const {
    std::vector<joint_pair> out;
    for (std::size_t j = 0; j < parents.size(); ++j)
        if (parents[j] != static_cast<int>(j)) out.push_back({static_cast<int>(j), parents[j]});
    return out;
}

namespace detail {

MGKIT_COLD_INLINE int find_name(std::span<const joint_name> names, const joint_name& wanted) {
    for (std::size_t j = 0; j < names.size(); ++j)
        if (names[j] == wanted) return static_cast<int>(j);
    return -1;
}

/// Parents of a tree given as bones of either direction; empty where they are no tree. Bones keep
/// their direction where all do, or else turn all; or else all point to `centre`, to the joint with
/// most bones where it is -1.
MGKIT_COLD_INLINE std::vector<int> orient_bones(int joints, std::span<const joint_pair> bones,
                                                int centre) {
    const auto v = static_cast<std::size_t>(joints);
    std::vector<std::vector<int>> beside(v);
    std::size_t edges = 0;
    for (const auto [a, b] : bones) {
        if (a < 0 || a >= joints || b < 0 || b >= joints) return {};
        if (a == b) {
            if (centre < 0) centre = a;  // a root by its own word
            continue;
        }
        beside[static_cast<std::size_t>(a)].push_back(b);
        beside[static_cast<std::size_t>(b)].push_back(a);
        ++edges;
    }
    if (edges + 1 != v) return {};
    const auto from = [&](int root) {
        std::vector<int> parents(v, -1), open{root};
        parents[static_cast<std::size_t>(root)] = root;
        for (std::size_t i = 0; i < open.size(); ++i)
            for (const int next : beside[static_cast<std::size_t>(open[i])]) {
                int& slot = parents[static_cast<std::size_t>(next)];
                if (slot >= 0) continue;
                slot = open[i];
                open.push_back(next);
            }
        return open.size() == v ? parents : std::vector<int>{};
    };
    for (const bool turned : {false, true}) {
        // A tree has its direction where each joint but one is the child of one bone.
        std::vector<int> times(v, 0);
        for (const auto [a, b] : bones)
            if (a != b) ++times[static_cast<std::size_t>(turned ? b : a)];
        if (*std::max_element(times.begin(), times.end()) <= 1)
            return from(static_cast<int>(std::find(times.begin(), times.end(), 0) - times.begin()));
    }
    int root = centre;
    if (root < 0 || root >= joints) {
        root = 0;
        for (int j = 0; j < joints; ++j)
            if (beside[static_cast<std::size_t>(j)].size() >
                beside[static_cast<std::size_t>(root)].size())
                root = j;
    }
    return from(root);
}

MGKIT_COLD_INLINE std::vector<int> tree_from_bones(const std::string& where,
                                                   const std::vector<std::string>& joints,
                                                   std::span<const joint_pair> bones, int centre) {
    if (auto parents = orient_bones(static_cast<int>(joints.size()), bones, centre);
        !parents.empty())
        return parents;
    const int v = static_cast<int>(joints.size());
    const auto bone = [&](std::size_t i) {
        return text("bone ", i, " (", bones[i].first, ", ", bones[i].second, ")");
    };
    std::vector<int> parents(joints.size(), -1);
    for (std::size_t i = 0; i < bones.size(); ++i) {
        const auto [child, parent] = bones[i];
        if (child < 0 || child >= v || parent < 0 || parent >= v)
            throw error(where, text("bones (child, parent) between joints 0 and ", v - 1), bone(i),
                        "joints are counted from 0");
        int& slot = parents[static_cast<std::size_t>(child)];
        if (slot >= 0 && slot != parent)
            throw error(where, "one parent for each joint",
                        text(bone(i), " after parent ", slot, " for joint ",
                             joints[static_cast<std::size_t>(child)]),
                        "list each bone once, as (child, parent)");
        slot = parent;
    }
    std::vector<int> roots;
    for (int j = 0; j < v; ++j) {
        int& slot = parents[static_cast<std::size_t>(j)];
        if (slot < 0) slot = j;
        if (slot == j) roots.push_back(j);
    }
    const auto joint = [&](int j) { return joints[static_cast<std::size_t>(j)]; };
    if (roots.size() > 1)
        throw error(where, "bones that connect all joints to one root",
                    text(roots.size(), " joints without a parent, among them ", joint(roots[0]),
                         " and ", joint(roots[1])),
                    "add the missing bones");
    for (int j = 0; j < v; ++j) {
        int at = j;
        for (int step = 0; step < v && parents[static_cast<std::size_t>(at)] != at; ++step)
            at = parents[static_cast<std::size_t>(at)];
        if (parents[static_cast<std::size_t>(at)] != at)
            throw error(where, "bones that form a tree", text("a cycle through joint ", joint(at)),
                        "remove one of its bones");
    }
    return parents;
}

/// Bases of two joints that span the body, most trusted first.
MGKIT_COLD_INLINE joint_pair scale_by_name(std::span<const joint_name> names,
                                           std::span<const int> parents, int root) {
    using pair = std::pair<joint_name, joint_name>;
    const auto middle = [](const char* a, const char* b) { return pair{{a, {}}, {b, {}}}; };
    const std::initializer_list<pair> known{
        middle("hipcenter", "shouldercenter"),
        middle("midhip", "neck"),
        middle("spinebase", "spineshoulder"),
        middle("pelvis", "neck"),
        middle("hip", "neck"),
        middle("pelvis", "thorax"),
        middle("hip", "thorax"),
        {{"shoulder", body_side::left}, {"shoulder", body_side::right}},
        middle("spine", "head"),
        middle("neck", "head"),
    };
    for (const auto& [a, b] : known) {
        const joint_pair found{find_name(names, a), find_name(names, b)};
        if (found.first >= 0 && found.second >= 0) return found;
    }
    const std::size_t v = parents.size();
    std::vector<int> below(v, 0);
    for (std::size_t j = 0; j < v; ++j)
        for (auto at = j; static_cast<int>(at) != root; at = static_cast<std::size_t>(parents[at]))
            ++below[at];
    joint_pair out{root, root};
    int most = 0;
    for (std::size_t j = 0; j < v; ++j)
        if (parents[j] == root && static_cast<int>(j) != root && below[j] > most) {
            most = below[j];
            out.second = static_cast<int>(j);
        }
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE dynamic dynamic::from_bones(std::string name, std::vector<std::string> joints,
                                              std::span<const joint_pair> bones,
                                              const dynamic_hints& hints) {
    const std::string where = "skeleton " + name;
    constexpr std::size_t limit = 4096;
    if (joints.empty() || joints.size() > limit)
        throw error(where, text("1 to ", limit, " joints"), text(joints.size()));
    for (std::size_t j = 0; j < joints.size(); ++j) {
        if (joints[j].empty())
            throw error(where, "a name for each joint", text("none for joint ", j));
        for (std::size_t k = 0; k < j; ++k)
            if (joints[j] == joints[k])
                throw error(where, "joint names that differ",
                            text("\"", joints[j], "\" for joints ", k, " and ", j), "rename one");
    }
    dynamic out;
    out.parents = detail::tree_from_bones(where, joints, bones, hints.centre.value_or(-1));
    out.name = std::move(name);
    const int v = static_cast<int>(joints.size());
    std::vector<joint_name> names;
    for (const auto& joint : joints) names.push_back(parse_joint_name(joint));
    out.joints = std::move(joints);

    const int top = root(out);
    out.centre = hints.centre.value_or(top);
    out.scale_pair =
        hints.scale_pair ? *hints.scale_pair : detail::scale_by_name(names, out.parents, top);

    out.mirror.resize(names.size());
    for (std::size_t j = 0; j < names.size(); ++j) {
        joint_name other = names[j];
        if (other.side != body_side::none)
            other.side = other.side == body_side::left ? body_side::right : body_side::left;
        const int found = detail::find_name(names, other);
        out.mirror[j] = found >= 0 && detail::find_name(names, names[j]) == static_cast<int>(j)
                            ? found
                            : static_cast<int>(j);
    }
    const auto contradicts = [&out](int j) {
        const auto at = [](const std::vector<int>& list, int i) {
            return list[static_cast<std::size_t>(i)];
        };
        const int m = at(out.mirror, j);
        return at(out.mirror, m) != j || at(out.parents, m) != at(out.mirror, at(out.parents, j));
    };
    bool agrees = true;
    for (int j = 0; j < v; ++j) agrees = agrees && !contradicts(j);
    if (!agrees)
        for (int j = 0; j < v; ++j) out.mirror[static_cast<std::size_t>(j)] = j;

    for (const auto& joint : names) {
        const std::string part = part_by_name(joint);
        const auto known = std::find(out.part_names.begin(), out.part_names.end(), part);
        out.part_of.push_back(static_cast<int>(known - out.part_names.begin()));
        if (known == out.part_names.end()) out.part_names.push_back(part);
    }
    for (const auto& wanted : {"nose", "eye", "ear"})
        for (int j = 0; j < v; ++j)
            if (names[static_cast<std::size_t>(j)].base == wanted) out.anchors.push_back(j);
    if (out.anchors.empty())
        if (const int head = detail::find_name(names, {"head", body_side::none}); head >= 0)
            out.anchors.push_back(head);

    if (const char* broken = fault(out))
        throw error(where, "a sound skeleton", broken, "check centre and scale pair");
    return out;
}

}  // namespace MGKIT_NAMESPACE::skeleton
