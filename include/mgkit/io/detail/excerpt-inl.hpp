// SPDX-License-Identifier: MIT
// Definitions of excerpt.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"
#include "mgkit/io/detail/excerpt.hpp"

namespace MGKIT_NAMESPACE::io::detail {

MGKIT_COLD_INLINE std::string excerpt(std::string_view text, std::size_t limit) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out = "'";
    for (char c : text.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            out += c;
        } else {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    out += text.size() > limit ? "...'" : "'";
    return out;
}

}  // namespace MGKIT_NAMESPACE::io::detail
