// SPDX-License-Identifier: MIT
// What a result was made of, as JSON.
// infrastructure
#pragma once

#include <string>

#include "mgkit/core/recipe.hpp"
#include "mgkit/io/json_value.hpp"

namespace MGKIT_NAMESPACE::io {

/// An object of the parts.
json to_json(const recipe& value);

/// The inverse; the parts come in the order of their names. Errors: no object of texts.
recipe recipe_from_json(const json& value, const std::string& where);

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/recipe_json-inl.hpp"
#endif
