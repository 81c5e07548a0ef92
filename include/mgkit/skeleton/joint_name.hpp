// SPDX-License-Identifier: MIT
// Reading joint names as people write them: "ShoulderLeft", "LShoulder", "left_shoulder".
// infrastructure: not itself a topology
#pragma once

#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::skeleton {

enum class body_side { none, left, right };

/// A joint name without its spelling: lower-case words joined, the side taken out.
struct joint_name {
    std::string base;
    body_side side = body_side::none;
    friend bool operator==(const joint_name&, const joint_name&) = default;
};

/// Splits a name into base and side.
///
/// The side is a word "left", "right", "l" or "r" anywhere in the name ("hand_left", "LHip",
/// "shoulder.R"), else a name that starts or ends with "left" or "right" ("leftshoulder").
/// "centre" is read as "center". A name with both sides, or with nothing but a side, has none.
joint_name parse_joint_name(std::string_view name);

/// Which part of the body a joint belongs to, by its name; "body" where the name does not say.
///
/// Parts: head, torso, and arm, hand, leg, each with its side where the joint has one.
std::string part_by_name(const joint_name& joint);

}  // namespace MGKIT_NAMESPACE::skeleton

#if !defined(MGKIT_COMPILED)
#include "mgkit/skeleton/joint_name-inl.hpp"
#endif
