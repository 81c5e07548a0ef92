// SPDX-License-Identifier: MIT
// The topologies of the list as values, for what is decided at run time.
// infrastructure: not itself a topology
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/skeleton/dynamic.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// Joints and bones of a topology known at compile time.
struct built_in {
    std::string_view name;
    std::span<const std::string_view> joints;
    std::span<const int> parents;
};

/// All of `skeleton::all`, in its order.
std::vector<built_in> built_ins();

/// The built-in topology of a name; nothing where there is none.
std::optional<dynamic> find_built_in(std::string_view name);

/// Their names, "ntu25, kinect20, ...", for messages.
std::string built_in_names();

}  // namespace MGKIT_NAMESPACE::skeleton

#if !defined(MGKIT_COMPILED)
#include "mgkit/skeleton/built_in-inl.hpp"
#endif
