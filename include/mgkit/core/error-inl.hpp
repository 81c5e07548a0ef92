// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/core/error.hpp"

#include <charconv>

namespace MGKIT_NAMESPACE {

namespace detail {

MGKIT_COLD_INLINE std::string error_line(std::string_view where, std::string_view expected,
                                         std::string_view found, std::string_view remedy) {
    std::string line = text(where, ": expected ", expected, ", found ", found);
    if (!remedy.empty()) line.append("; ").append(remedy);
    for (char& c : line)
        if (c == '\n' || c == '\r') c = ' ';
    return line;
}

template <class N>
void append_number(std::string& out, N number) {
    char digits[64];
    const auto end = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, end.ptr);
}

MGKIT_COLD_INLINE void text_piece::append_to(std::string& out) const {
    switch (kind_) {
        case kind::characters:
            out += characters_;
            break;
        case kind::character:
            out += character_;
            break;
        case kind::integer:
            append_number(out, integer_);
            break;
        case kind::natural:
            append_number(out, natural_);
            break;
        case kind::single_precision:
            append_number(out, single_);
            break;
        case kind::double_precision:
            append_number(out, double_);
            break;
        case kind::extended_precision:
            append_number(out, extended_);
            break;
    }
}

MGKIT_COLD_INLINE std::string joined(std::initializer_list<text_piece> pieces) {
    std::string out;
    for (const text_piece& piece : pieces) piece.append_to(out);
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE error::error(std::string_view where, std::string_view expected,
                               std::string_view found, std::string_view remedy)
    : std::runtime_error(detail::error_line(where, expected, found, remedy)),
      where_(where),
      expected_(expected),
      found_(found),
      remedy_(remedy) {}

MGKIT_COLD_INLINE error::error(const error&) = default;
MGKIT_COLD_INLINE error& error::operator=(const error&) = default;
MGKIT_COLD_INLINE error::~error() = default;

}  // namespace MGKIT_NAMESPACE
