// SPDX-License-Identifier: MIT
// A topology that only a file knows.
// infrastructure: not itself a topology
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// What a file may state beyond joints and bones; the rest is filled in by rule.
struct dynamic_hints {
    std::optional<int> centre;
    std::optional<joint_pair> scale_pair;
};

/// A skeleton filled in at run time. It reads like a constexpr topology.
///
/// Make one with `from_bones` or `copy_of`; both check it. The default-constructed one is empty.
struct dynamic {
    std::string name;
    std::vector<std::string> joints;
    std::vector<int> parents;  ///< root = own parent; parents may stand after their children
    int centre = 0;
    joint_pair scale_pair;
    std::vector<int> mirror;
    std::vector<std::string> part_names;
    std::vector<int> part_of;
    std::vector<int> anchors;

    dynamic();
    dynamic(const dynamic&);
    dynamic(dynamic&&) noexcept;
    dynamic& operator=(const dynamic&);
    dynamic& operator=(dynamic&&) noexcept;
    ~dynamic();

    /// A topology from joint names and bones (child, parent), counted from 0, in any order.
    ///
    /// A joint without a parent, or listed with itself, is the root. Where that does not make a
    /// tree, bones may stand in any direction: all turn, or else all point to the centre of
    /// `hints`, or to the joint with most bones. Filled in by rule, unless `hints` state it: centre
    /// = root; scale pair = the first of hip centre and shoulder centre, mid hip and neck, spine
    /// base and spine shoulder, pelvis and neck or thorax, the two shoulders, spine and head, neck
    /// and head that the names show (any spelling), else the root and its child with the most
    /// joints below it; mirror = left/right names, or nothing where that would contradict the
    /// bones; parts by name; anchors = nose, eyes and ears, else the head, else none. Errors:
    /// mgkit::error for no joints, empty or repeated names, indices out of range, two parents, no
    /// single root, a cycle. Cost: V^2.
    static dynamic from_bones(std::string name, std::vector<std::string> joints,
                              std::span<const joint_pair> bones, const dynamic_hints& hints = {});

    /// The same skeleton as a constexpr topology.
    template <topology T>
    static dynamic copy_of(const T& t) {
        dynamic out;
        out.name = t.name;
        for (const auto& joint : t.joints) out.joints.emplace_back(joint);
        out.parents.assign(t.parents.begin(), t.parents.end());
        out.centre = t.centre;
        out.scale_pair = t.scale_pair;
        out.mirror.assign(t.mirror.begin(), t.mirror.end());
        for (const auto& part : t.part_names) out.part_names.emplace_back(part);
        out.part_of.assign(t.part_of.begin(), t.part_of.end());
        out.anchors.assign(t.anchors.begin(), t.anchors.end());
        return out;
    }

    /// The bones as (child, parent), in joint order, the root left out.
    std::vector<joint_pair> bones() const;

    friend bool operator==(const dynamic&, const dynamic&) = default;
};

static_assert(topology<dynamic>);

}  // namespace MGKIT_NAMESPACE::skeleton

#if !defined(MGKIT_COMPILED)
#include "mgkit/skeleton/dynamic-inl.hpp"
#endif
