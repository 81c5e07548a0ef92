// SPDX-License-Identifier: MIT
// What a program states of a method that it makes by name.
// infrastructure
#pragma once

#include <vector>

#include "mgkit/pretext/supervised_settings.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// What a method may need of the skeleton of its clips; empty where nobody says.
struct skeleton_facts {
    std::vector<int> parents{};  ///< of each joint; the root is its own
    std::vector<int> part_of{};  ///< each joint's part of the body, numbered from 0
};

/// Those of a topology.
template <class Topology>
skeleton_facts facts_of_skeleton(const Topology& of) {
    return {{of.parents.begin(), of.parents.end()}, {of.part_of.begin(), of.part_of.end()}};
}

/// What a method may need beside its encoder.
struct method_settings {
    int classes = 0;               ///< of the labels, for methods that use them
    supervised_settings labels{};  ///< how these learn from them
    int queue = 0;  ///< embeddings that a method of momentum keeps; 0: as many as it does by itself
    skeleton_facts skeleton{};  ///< for methods that paste parts of a body, or read bones
};

}  // namespace MGKIT_NAMESPACE::pretext
