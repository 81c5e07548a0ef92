// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/core/settings_text.hpp"

namespace MGKIT_NAMESPACE::detail {

MGKIT_COLD_INLINE void append_quoted(std::string& out, std::string_view words) {
    out += '"';
    for (const char c : words) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

}  // namespace MGKIT_NAMESPACE::detail
