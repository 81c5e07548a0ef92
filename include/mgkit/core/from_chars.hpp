// SPDX-License-Identifier: MIT
// Numbers from text, the same with every standard library.
// infrastructure
#pragma once

#include <charconv>
#include <clocale>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::detail {

/// The length of a number at the front of `text` as std::from_chars takes it (general format: no
/// blank, no +, no 0x; inf, infinity and nan in either case); 0 where there is none.
constexpr std::size_t number_length(std::string_view text) {
    const auto is = [&](std::size_t i, char lower) {
        return i < text.size() && (text[i] == lower || text[i] == lower - 'a' + 'A');
    };
    const auto word = [&](std::size_t at, std::string_view lower) {
        for (std::size_t k = 0; k < lower.size(); ++k)
            if (!is(at + k, lower[k])) return false;
        return true;
    };
    const auto digits = [&](std::size_t at) {
        std::size_t i = at;
        while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
        return i - at;
    };
    const std::size_t sign = !text.empty() && text[0] == '-';
    if (word(sign, "infinity")) return sign + 8;
    if (word(sign, "inf")) return sign + 3;
    if (word(sign, "nan")) {
        std::size_t i = sign + 4;
        const auto inside = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   c == '_';
        };
        while (i < text.size() && inside(text[i])) ++i;
        const bool closed = i < text.size() && text[sign + 3] == '(' && text[i] == ')';
        return closed ? i + 1 : sign + 3;
    }
    const std::size_t whole = digits(sign);
    std::size_t end = sign + whole, fraction = 0;
    if (end < text.size() && text[end] == '.') {
        fraction = digits(end + 1);
        if (whole + fraction > 0) end += 1 + fraction;
    }
    if (whole + fraction == 0) return 0;
    if (is(end, 'e')) {
        const bool signed_too =
            end + 1 < text.size() && (text[end + 1] == '-' || text[end + 1] == '+');
        const std::size_t exponent = digits(end + 1 + signed_too);
        if (exponent > 0) end += 1 + signed_too + exponent;
    }
    return end;
}

/// std::from_chars for float and double by strtof and strtod, under whatever locale is set: the
/// same value and end, and result_out_of_range where the nearest number is infinite or zero.
template <class Real>
std::from_chars_result real_by_strtod(const char* first, const char* last, Real& value) {
    const std::size_t length =
        number_length(std::string_view(first, static_cast<std::size_t>(last - first)));
    if (length == 0) return {first, std::errc::invalid_argument};
    std::string number(first, length);
    const std::size_t point = number.find('.');
    if (point != std::string::npos) number.replace(point, 1, std::localeconv()->decimal_point);
    Real found;
    if constexpr (std::is_same_v<Real, float>)
        found = std::strtof(number.c_str(), nullptr);
    else
        found = std::strtod(number.c_str(), nullptr);
    const std::string_view text(first, length), mantissa = text.substr(0, text.find_first_of("eE"));
    const bool in_digits = text.find_first_of("iInN") == text.npos;
    if (in_digits &&
        (std::isinf(found) || (found == 0 && mantissa.find_first_of("123456789") != mantissa.npos)))
        return {first + length, std::errc::result_out_of_range};
    value = found;
    return {first + length, std::errc{}};
}

/// std::from_chars, also where the standard library lacks it for floating point: libc++ before
/// version 20, which is that of clang 16 to 19 and of Apple's compilers, has it for whole numbers
/// only. Libraries that have it are asked; on others the same text gives the same bits, by strtod.
template <class Number>
std::from_chars_result from_chars(const char* first, const char* last, Number& value) {
    if constexpr (requires { std::from_chars(first, last, value); })
        return std::from_chars(first, last, value);
    else
        return real_by_strtod(first, last, value);
}

}  // namespace MGKIT_NAMESPACE::detail
