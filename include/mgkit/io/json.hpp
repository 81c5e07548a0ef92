// SPDX-License-Identifier: MIT
// JSON with every failure turned into one mgkit::error that names the place.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "mgkit/core/compiler.hpp"
#include "mgkit/io/json_value.hpp"

namespace MGKIT_NAMESPACE::io {

/// What parse_json accepts at most; keeps hostile text from exhausting memory.
struct json_limits {
    std::size_t bytes = std::size_t{256} << 20;
    std::size_t values = 20'000'000;
    std::size_t depth = 64;
};

namespace detail {

[[noreturn]] void wrong_type(const json& value, const char* expected, const std::string& where);

bool boolean_in(const json& value, const std::string& where);
/// The bits of an integer from `least` to `most`; `type` names these limits in errors.
std::uint64_t integer_in(const json& value, std::int64_t least, std::uint64_t most,
                         const char* type, const std::string& where);
/// A number whose size is at most `most`, where it is finite.
double real_in(const json& value, double most, const std::string& where);
const std::string& string_in(const json& value, const std::string& where);
void require_array(const json& value, const std::string& where);
/// "where[index]".
std::string element_place(const std::string& where, std::size_t index);
/// "where: 'key'".
std::string member_place(const std::string& where, const std::string& key);
/// Whether `object` is one without the member.
bool lacks(const json& object, const std::string& key);

/// "I32" or "U64", as dtypes are called.
template <std::integral I>
constexpr const char* integer_name() {
    constexpr const char* names[2][4] = {{"U8", "U16", "U32", "U64"}, {"I8", "I16", "I32", "I64"}};
    return names[std::is_signed_v<I>][sizeof(I) == 8 ? 3 : sizeof(I) / 2];
}

}  // namespace detail

/// Parses JSON text; `where` names its source in errors.
///
/// Errors: mgkit::error for syntax, invalid UTF-8, duplicate keys, numbers beyond double, and
/// anything beyond `limits`. Cost: linear in the text; keys that are not in order are sorted.
json parse_json(std::string_view text, const std::string& where, const json_limits& limits = {});

/// Reads a JSON file; errors as parse_json and mapped_file.
json read_json(const std::string& path, const json_limits& limits = {});

/// `value` as exactly T: bool, an integer type (range-checked), float or double (from any number),
/// std::string, std::vector of these, or json itself. Errors: mgkit::error with value and place.
template <class T>
T as(const json& value, const std::string& where) {
    if constexpr (std::same_as<T, json>) {
        return value;
    } else if constexpr (std::same_as<T, bool>) {
        return detail::boolean_in(value, where);
    } else if constexpr (std::integral<T>) {
        using limits = std::numeric_limits<T>;
        return static_cast<T>(detail::integer_in(value, static_cast<std::int64_t>(limits::min()),
                                                 static_cast<std::uint64_t>(limits::max()),
                                                 detail::integer_name<T>(), where));
    } else if constexpr (std::floating_point<T>) {
        return static_cast<T>(
            detail::real_in(value, static_cast<double>(std::numeric_limits<T>::max()), where));
    } else if constexpr (std::same_as<T, std::string>) {
        return detail::string_in(value, where);
    } else {
        static_assert(detail::is_vector<T>,
                      "mgkit: as<T> knows bool, integers, float, double, std::string, json and "
                      "std::vector of these");
        detail::require_array(value, where);
        T out;
        out.reserve(value.size());
        for (std::size_t i = 0; i < value.size(); ++i)
            out.push_back(as<typename T::value_type>(value[i], detail::element_place(where, i)));
        return out;
    }
}

/// Member `key` of an object; a missing key lists those that are there.
const json& member(const json& object, const std::string& key, const std::string& where);

/// The same as T.
template <class T>
T get(const json& object, const std::string& key, const std::string& where) {
    return as<T>(member(object, key, where), detail::member_place(where, key));
}

/// As get, with a value for the case that the key is missing; a wrong type is still an error.
template <class T>
T get_or(const json& object, const std::string& key, T otherwise, const std::string& where) {
    if (detail::lacks(object, key)) return otherwise;
    return get<T>(object, key, where);
}

/// JSON text with two-space indent and a final newline; doubles round-trip.
///
/// Errors: mgkit::error for NaN or infinity (named by their path) and for invalid UTF-8.
std::string to_text(const json& value, const std::string& where);

/// Writes to_text atomically.
void write_json(const std::string& path, const json& value);

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/json-inl.hpp"
#endif
