// SPDX-License-Identifier: MIT
// Findings as JSON.
// infrastructure
#pragma once

#include <string>

#include "mgkit/data/findings.hpp"
#include "mgkit/io/json_value.hpp"

namespace MGKIT_NAMESPACE::data {

/// A list of {kind, code, words, count} and, where there are some, recording and frames.
io::json to_json(const findings& found);

/// The inverse. Errors: anything else, counts below 0 or above 10^12; `where` names the source.
findings findings_from_json(const io::json& value, const std::string& where);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/findings_json-inl.hpp"
#endif
