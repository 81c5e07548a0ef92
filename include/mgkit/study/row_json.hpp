// SPDX-License-Identifier: MIT
// Rows as JSON, and read back from it.
// infrastructure
#pragma once

#include <optional>
#include <string>

#include "mgkit/io/json_value.hpp"
#include "mgkit/study/row.hpp"

namespace MGKIT_NAMESPACE::study {

/// Whether rows carry their answer to every test clip; without them a row is a few numbers.
enum class answers { leave_out, keep };

namespace detail {

io::json number(const std::optional<double>& value);

/// A word of a file that may be anything, for a terminal.
std::string told(const std::string& word);

}  // namespace detail

/// Keys: features, stream, fold, seed, knn_top1, linear_top1, knn_class_mean, linear_class_mean
/// (null where a system has no such figure), knn_top5, linear_top5, shared_people (people on both
/// sides of the split), chosen; with answers also clip,
/// subject, truth, knn_hit and linear_hit.
io::json row_to_json(const row& from, answers kept = answers::leave_out);

/// The inverse of row_to_json. `where` names the source in errors.
/// Errors: missing keys, wrong types, an unknown kind of features.
row row_from_json(const io::json& value, const std::string& where);

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/row_json-inl.hpp"
#endif
