// SPDX-License-Identifier: MIT
// Definitions of json.hpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/detail/excerpt.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/json_events.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::io {

/// Builds the document while checking depth, count and duplicate keys.
class json_builder final : public json_events {
public:
    json_builder(const std::string& where, const json_limits& limits)
        : where_(where), limits_(limits) {}

    json root;

    void null() override { add({}); }
    void boolean(bool value) override { add(value); }
    void integer(std::int64_t value) override { add(value); }
    void natural(std::uint64_t value) override { add(value); }
    void real(double value) override { add(value); }
    void string(std::string& value) override { add(std::move(value)); }
    void key(std::string& name) override { key_ = std::move(name); }
    void begin_object() override { open(json::object()); }
    void begin_array() override { open(json::array()); }
    void end_array() override { open_.pop_back(); }
    void end_object() override {
        if (const std::string* twice = open_.back()->sort_members())
            throw error(where_, "each key once", detail::excerpt(*twice) + " twice",
                        "remove one of them");
        open_.pop_back();
    }

private:
    void open(json&& container) {
        if (open_.size() == limits_.depth)
            throw error(where_, mgkit::text("JSON nested at most ", limits_.depth, " deep"),
                        "deeper nesting");
        open_.push_back(&add(std::move(container)));
    }
    json& add(json&& value) {
        if (++count_ > limits_.values)
            throw error(where_, mgkit::text("JSON of at most ", limits_.values, " values"), "more");
        if (open_.empty()) return root = std::move(value);
        json& parent = *open_.back();
        if (parent.is_object()) return parent.append(std::move(key_)) = std::move(value);
        parent.push_back(std::move(value));
        return parent.back();
    }

    const std::string& where_;
    json_limits limits_;
    std::vector<json*> open_;
    std::string key_;
    std::size_t count_ = 0;
};

namespace detail {

/// Path of the first number that JSON cannot hold, or an empty string.
MGKIT_INLINE std::string not_finite(const json& value, const std::string& place) {
    if (value.is_number_float() && !std::isfinite(value.get<double>())) return place;
    std::size_t index = 0;
    for (auto it = value.begin(); it != value.end(); ++it, ++index) {
        const std::string part = value.is_object() ? it.key() : std::to_string(index);
        std::string found = not_finite(*it, place + "/" + part);
        if (!found.empty()) return found;
    }
    return {};
}

MGKIT_INLINE void wrong_type(const json& value, const char* expected, const std::string& where) {
    const bool plain = value.is_primitive() && !value.is_null();
    throw error(where, expected,
                plain ? excerpt(value.shown(true)) : std::string(value.type_name()));
}

MGKIT_INLINE bool boolean_in(const json& value, const std::string& where) {
    if (!value.is_boolean()) wrong_type(value, "true or false", where);
    return value.get<bool>();
}

MGKIT_INLINE std::uint64_t integer_in(const json& value, std::int64_t least, std::uint64_t most,
                                      const char* type, const std::string& where) {
    if (!value.is_number_integer()) wrong_type(value, "an integer", where);
    const auto bits = value.get<std::uint64_t>();
    const auto as_signed = value.get<std::int64_t>();
    const bool below = !value.is_number_unsigned() && as_signed < 0;
    if (below ? as_signed < least : bits > most)
        throw error(where, mgkit::text("an integer that fits ", type), value.dump());
    return bits;
}

MGKIT_INLINE double real_in(const json& value, double most, const std::string& where) {
    if (!value.is_number()) wrong_type(value, "a number", where);
    const auto wide = value.get<double>();
    if (std::isfinite(wide) && std::abs(wide) > most)
        wrong_type(value, "a number that fits float", where);
    return wide;
}

MGKIT_INLINE const std::string& string_in(const json& value, const std::string& where) {
    if (!value.is_string()) wrong_type(value, "a string", where);
    return value.string();
}

MGKIT_INLINE void require_array(const json& value, const std::string& where) {
    if (!value.is_array()) wrong_type(value, "an array", where);
}

MGKIT_INLINE std::string element_place(const std::string& where, std::size_t index) {
    return mgkit::text(where, "[", index, "]");
}

MGKIT_INLINE std::string member_place(const std::string& where, const std::string& key) {
    return where + ": '" + key + "'";
}

MGKIT_INLINE bool lacks(const json& object, const std::string& key) {
    return object.is_object() && !object.contains(key);
}

}  // namespace detail

MGKIT_INLINE json parse_json(std::string_view text, const std::string& where,
                             const json_limits& limits) {
    if (text.size() > limits.bytes)
        throw error(where, mgkit::text("JSON of at most ", limits.bytes, " bytes"),
                    mgkit::text(text.size()));
    json_builder builder(where, limits);
    const json_fault fault = read_events(text, builder);
    if (!fault.reason.empty())
        throw error(where, "valid JSON", detail::excerpt(fault.reason, 200),
                    mgkit::text("see byte ", fault.position));
    return std::move(builder.root);
}

MGKIT_INLINE json read_json(const std::string& path, const json_limits& limits) {
    const mapped_file file(path);
    return parse_json(file.text(), path, limits);
}

MGKIT_INLINE const json& member(const json& object, const std::string& key,
                                const std::string& where) {
    if (!object.is_object()) detail::wrong_type(object, "an object", where);
    if (const json* found = object.find(key)) return *found;
    std::string there;
    for (auto other = object.begin(); other != object.end() && there.size() < 200; ++other)
        there += (there.empty() ? "" : ", ") + detail::excerpt(other.key(), 40);
    throw error(where, "the key " + detail::excerpt(key), there.empty() ? "no keys" : there);
}

MGKIT_INLINE std::string to_text(const json& value, const std::string& where) {
    const std::string place = detail::not_finite(value, "value");
    if (!place.empty())
        throw error(where, "finite numbers", "NaN or infinity at " + detail::excerpt(place),
                    "leave the value out or write null");
    try {
        return value.dump(2) + "\n";
    } catch (const error& problem) {
        throw error(where, problem.expected(), problem.found(), problem.remedy());
    }
}

MGKIT_INLINE void write_json(const std::string& path, const json& value) {
    write_file(path, to_text(value, path));
}

}  // namespace MGKIT_NAMESPACE::io
