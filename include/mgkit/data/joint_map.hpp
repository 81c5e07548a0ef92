// SPDX-License-Identifier: MIT
// Statements about what the joints of files are, by the name of a skeleton or a table.
#pragma once

#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/joint_order.hpp"

namespace MGKIT_NAMESPACE::data {

/// The files hold the joints of a built-in skeleton in its order. Errors: no such skeleton, with
/// those that there are.
joint_order order_of(std::string_view skeleton_name);

/// The files hold what a table says: CSV `index,joint[,parent]`, a row for each joint that is used,
/// with its place in the file from 0, its name and the name of the joint it hangs on.
///
/// Joints of the file that no row names are left out, so a person may have more joints than rows.
/// Names of all joints of a built-in skeleton, in any spelling and order, mean that skeleton, with
/// its joints in its order and its bones, whatever `parent` says. Others form a skeleton of their
/// own, in the order of the rows and called after the file; they need parents, where one joint has
/// none or itself. Errors: mgkit::error with row and column for places below 0 or above 4095,
/// places or joints twice, parents that no row names; bones that are no tree. Cost: rows squared.
joint_order read_joint_map(const std::string& csv_path);

/// The same from the text of a table; `where` names it, as a path or otherwise.
joint_order parse_joint_map(std::string_view csv, const std::string& where);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/joint_map-inl.hpp"
#endif
