// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/escape.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace MGKIT_NAMESPACE::report {

namespace detail {

struct code_point {
    std::uint32_t value = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

/// Decodes the UTF-8 sequence at the front of `text` (not empty); refuses overlong forms,
/// surrogates and values beyond U+10FFFF.
MGKIT_COLD_INLINE code_point decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return {first, 1, true};
    const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return {};
    std::uint32_t value = first & (0xFFu >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0u) != 0x80u) return {};
        value = (value << 6) | (byte(i) & 0x3Fu);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[bytes] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return {};
    return {value, bytes, true};
}

/// Characters that steer a terminal or reorder the text around them.
MGKIT_COLD_INLINE bool is_control(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200E && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF ||
           c == 0xFFFE || c == 0xFFFF;
}

}  // namespace detail

MGKIT_COLD_INLINE std::string clean(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const detail::code_point c = detail::decode(text);
        if (c.valid && (c.value == '\n' || c.value == '\t' || c.value == '\r'))
            out += ' ';
        else if (!c.valid || detail::is_control(c.value))
            out += "\xEF\xBF\xBD";
        else
            out += text.substr(0, c.bytes);
        text.remove_prefix(c.bytes);
    }
    return out;
}

MGKIT_COLD_INLINE std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char c : clean(text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

MGKIT_COLD_INLINE std::size_t width(std::string_view text) {
    std::size_t count = 0;
    for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u ? 1 : 0;
    return count;
}

MGKIT_COLD_INLINE std::string shorten(std::string_view text, std::size_t most) {
    std::string out = clean(text);
    if (width(out) <= most) return out;
    std::size_t count = 0, end = 0;
    while (end < out.size()) {
        if ((static_cast<unsigned char>(out[end]) & 0xC0u) != 0x80u && ++count >= most) break;
        ++end;
    }
    out.resize(end);
    return out + "\xE2\x80\xA6";
}

MGKIT_COLD_INLINE std::vector<std::string> two_lines(std::string_view text, std::size_t most) {
    const std::string whole = clean(text);
    if (width(whole) <= most) return {whole};
    std::size_t split = std::string::npos;
    for (std::size_t space = whole.find(' '); space != std::string::npos;
         space = whole.find(' ', space + 1))
        if (space > 0 && width(std::string_view(whole).substr(0, space)) <= most) split = space;
    if (split == std::string::npos) return {shorten(whole, most)};
    return {whole.substr(0, split), shorten(std::string_view(whole).substr(split + 1), most)};
}

MGKIT_COLD_INLINE std::string fixed(double value, int digits) {
    if (!std::isfinite(value)) return "-";
    char buffer[400];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed,
                                   digits < 0    ? 0
                                   : digits > 60 ? 60
                                                 : digits);
    std::string out(buffer, end.ptr);
    return out.find_first_of("123456789") == std::string::npos && out.front() == '-' ? out.substr(1)
                                                                                     : out;
}

}  // namespace MGKIT_NAMESPACE::report
