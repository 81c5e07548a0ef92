// JSON with every failure turned into one mgkit::error that names the place.
#pragma once

#include "mgkit/core/compiler.hpp"

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/detail/excerpt.hpp"
#include "mgkit/io/dtype.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::io {

using json = nlohmann::json;

/// What parse_json accepts at most; keeps hostile text from exhausting memory.
struct json_limits {
    std::size_t bytes = std::size_t{256} << 20;
    std::size_t values = 20'000'000;
    std::size_t depth = 64;
};

namespace detail {

/// Builds the document while checking depth, count and duplicate keys. Member names are nlohmann's.
class json_builder {
public:
    using number_integer_t = json::number_integer_t;
    using number_unsigned_t = json::number_unsigned_t;
    using number_float_t = json::number_float_t;
    using string_t = json::string_t;
    using binary_t = json::binary_t;

    json_builder(const std::string& where, const json_limits& limits)
        : where_(where), limits_(limits) {}

    json root;

    bool null() { return put(nullptr); }
    bool boolean(bool v) { return put(v); }
    bool number_integer(number_integer_t v) { return put(v); }
    bool number_unsigned(number_unsigned_t v) { return put(v); }
    bool number_float(number_float_t v, const string_t&) { return put(v); }
    bool string(string_t& v) { return put(std::move(v)); }
    bool binary(binary_t&) { return false; }
    bool start_object(std::size_t) { return open(json::object()); }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(json::array()); }
    bool end_array() { return close(); }

    bool key(string_t& name) {
        if (open_.back()->contains(name))
            throw error(where_, "each key once", excerpt(name) + " twice", "remove one of them");
        key_ = std::move(name);
        return true;
    }

    template <class Exception>
    bool parse_error(std::size_t position, const std::string&, const Exception& problem) {
        std::string_view reason = problem.what();
        const auto start = reason.find("] ");
        if (start != std::string_view::npos) reason.remove_prefix(start + 2);
        throw error(where_, "valid JSON", excerpt(reason, 200), mgkit::text("see byte ", position));
    }

private:
    template <class Value>
    bool put(Value&& value) {
        add(std::forward<Value>(value));
        return true;
    }
    bool open(json&& container) {
        if (open_.size() == limits_.depth)
            throw error(where_, mgkit::text("JSON nested at most ", limits_.depth, " deep"),
                        "deeper nesting");
        open_.push_back(&add(std::move(container)));
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }
    template <class Value>
    json& add(Value&& value) {
        if (++count_ > limits_.values)
            throw error(where_, mgkit::text("JSON of at most ", limits_.values, " values"), "more");
        if (open_.empty()) return root = json(std::forward<Value>(value));
        json& parent = *open_.back();
        if (parent.is_object()) return parent[key_] = json(std::forward<Value>(value));
        parent.push_back(json(std::forward<Value>(value)));
        return parent.back();
    }

    const std::string& where_;
    json_limits limits_;
    std::vector<json*> open_;
    std::string key_;
    std::size_t count_ = 0;
};

/// Path of the first number that JSON cannot hold, or an empty string.
inline std::string not_finite(const json& value, const std::string& place) {
    if (value.is_number_float() && !std::isfinite(value.get<double>())) return place;
    if (!value.is_structured()) return {};
    for (auto it = value.begin(); it != value.end(); ++it) {
        const std::string part =
            value.is_object() ? it.key() : std::to_string(std::distance(value.begin(), it));
        std::string found = not_finite(*it, place + "/" + part);
        if (!found.empty()) return found;
    }
    return {};
}

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

[[noreturn]] inline void wrong_type(const json& value, const char* expected,
                                    const std::string& where) {
    const bool plain = value.is_primitive() && !value.is_null();
    throw error(where, expected,
                plain ? excerpt(value.dump(-1, ' ', true, json::error_handler_t::replace))
                      : std::string(value.type_name()));
}

}  // namespace detail

/// Parses JSON text; `where` names its source in errors.
///
/// Errors: mgkit::error for syntax, invalid UTF-8, duplicate keys, numbers beyond double, and
/// anything beyond `limits`. Cost: linear in the text.
inline json parse_json(std::string_view text, const std::string& where,
                       const json_limits& limits = {}) {
    if (text.size() > limits.bytes)
        throw error(where, mgkit::text("JSON of at most ", limits.bytes, " bytes"),
                    mgkit::text(text.size()));
    // nlohmann takes a zero byte for the end of the text and would accept anything behind it.
    if (const auto zero = text.find('\0'); zero != std::string_view::npos)
        throw error(where, "valid JSON", mgkit::text("a zero byte at ", zero));
    detail::json_builder builder(where, limits);
    if (!json::sax_parse(text.begin(), text.end(), &builder))
        throw error(where, "valid JSON", "something else");
    return std::move(builder.root);
}

/// Reads a JSON file; errors as parse_json and mapped_file.
inline json read_json(const std::string& path, const json_limits& limits = {}) {
    const mapped_file file(path);
    return parse_json(file.text(), path, limits);
}

/// `value` as exactly T: bool, an integer type (range-checked), float or double (from any number),
/// std::string, std::vector of these, or json itself. Errors: mgkit::error with value and place.
template <class T>
T as(const json& value, const std::string& where) {
    if constexpr (std::same_as<T, json>) {
        return value;
    } else if constexpr (std::same_as<T, bool>) {
        if (!value.is_boolean()) detail::wrong_type(value, "true or false", where);
        return value.get<bool>();
    } else if constexpr (std::integral<T>) {
        if (!value.is_number_integer()) detail::wrong_type(value, "an integer", where);
        const bool fits = value.is_number_unsigned() ? detail::holds<T>(value.get<std::uint64_t>())
                                                     : detail::holds<T>(value.get<std::int64_t>());
        if (!fits)
            throw error(where, mgkit::text("an integer that fits ", name(dtype_of<T>())),
                        value.dump());
        return value.get<T>();
    } else if constexpr (std::floating_point<T>) {
        if (!value.is_number()) detail::wrong_type(value, "a number", where);
        const double wide = value.get<double>();
        if (std::isfinite(wide) && std::abs(wide) > double(std::numeric_limits<T>::max()))
            detail::wrong_type(value, "a number that fits float", where);
        return static_cast<T>(wide);
    } else if constexpr (std::same_as<T, std::string>) {
        if (!value.is_string()) detail::wrong_type(value, "a string", where);
        return value.get_ref<const std::string&>();
    } else {
        static_assert(detail::is_vector<T>,
                      "mgkit: as<T> knows bool, integers, float, double, std::string, json and "
                      "std::vector of these");
        if (!value.is_array()) detail::wrong_type(value, "an array", where);
        T out;
        out.reserve(value.size());
        for (std::size_t i = 0; i < value.size(); ++i)
            out.push_back(as<typename T::value_type>(value[i], mgkit::text(where, "[", i, "]")));
        return out;
    }
}

/// Member `key` of an object; a missing key lists those that are there.
inline const json& member(const json& object, const std::string& key, const std::string& where) {
    if (!object.is_object()) detail::wrong_type(object, "an object", where);
    const auto it = object.find(key);
    if (it != object.end()) return *it;
    std::string there;
    for (auto other = object.begin(); other != object.end() && there.size() < 200; ++other)
        there += (there.empty() ? "" : ", ") + detail::excerpt(other.key(), 40);
    throw error(where, "the key " + detail::excerpt(key), there.empty() ? "no keys" : there);
}

/// The same as T.
template <class T>
T get(const json& object, const std::string& key, const std::string& where) {
    return as<T>(member(object, key, where), where + ": '" + key + "'");
}

/// As get, with a value for the case that the key is missing; a wrong type is still an error.
template <class T>
T get_or(const json& object, const std::string& key, T otherwise, const std::string& where) {
    if (object.is_object() && !object.contains(key)) return otherwise;
    return get<T>(object, key, where);
}

/// JSON text with two-space indent and a final newline; doubles round-trip.
///
/// Errors: mgkit::error for NaN or infinity (named by their path) and for invalid UTF-8.
inline std::string to_text(const json& value, const std::string& where) {
    const std::string place = detail::not_finite(value, "value");
    if (!place.empty())
        throw error(where, "finite numbers", "NaN or infinity at " + detail::excerpt(place),
                    "leave the value out or write null");
    try {
        return value.dump(2) + "\n";
    } catch (const json::exception&) {
        throw error(where, "strings in UTF-8", "other bytes", "check where the names come from");
    }
}

/// Writes to_text atomically.
inline void write_json(const std::string& path, const json& value) {
    write_file(path, to_text(value, path));
}

}  // namespace MGKIT_NAMESPACE::io
