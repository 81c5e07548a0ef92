// SPDX-License-Identifier: MIT
// Definitions of recipe_json.hpp.
#pragma once

#include <string>

#include "mgkit/core/recipe.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/recipe_json.hpp"

namespace MGKIT_NAMESPACE::io {

MGKIT_COLD_INLINE json to_json(const recipe& value) {
    json out = json::object();
    for (const auto& [name, words] : value.parts()) out[name] = words;
    return out;
}

MGKIT_COLD_INLINE recipe recipe_from_json(const json& value, const std::string& where) {
    if (!value.is_object()) detail::wrong_type(value, "an object of texts", where);
    recipe out;
    for (auto it = value.begin(); it != value.end(); ++it)
        out.set(it.key(), as<std::string>(it.value(), where + ": " + it.key()));
    return out;
}

}  // namespace MGKIT_NAMESPACE::io
