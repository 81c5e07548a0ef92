// SPDX-License-Identifier: MIT
// Definitions of json_value.hpp.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
// Of nlohmann only what writes a double: files stay the same, byte for byte, as those it wrote. Its
// digits are not always the fewest, so that std::to_chars writes about one number in a thousand
// (of those that were a float, three in a hundred) in another way.
#if __has_include(<nlohmann/detail/conversions/to_chars.hpp>)
#include <nlohmann/detail/conversions/to_chars.hpp>
#else
#include <nlohmann/json.hpp>
#endif

#include "mgkit/core/error.hpp"
#include "mgkit/io/json_value.hpp"

namespace MGKIT_NAMESPACE::io {

MGKIT_COLD_INLINE json::json(std::string_view text) : json(std::string(text)) {}
MGKIT_COLD_INLINE json::json(std::string&& text) {
    as_.string = new std::string(std::move(text));
    kind_ = kind::string;
}

MGKIT_COLD_INLINE json::json(const json& other) : as_(other.as_) {
    switch (other.kind_) {
        case kind::string:
            as_.string = new std::string(*other.as_.string);
            break;
        case kind::array:
            as_.array = new std::vector<json>(*other.as_.array);
            break;
        case kind::object:
            *this = object();
            as_.object->reserve(other.as_.object->size());
            for (const json_member* one : *other.as_.object)
                append(std::string(one->key)) = one->value;
            break;
        default:
            break;
    }
    kind_ = other.kind_;
}

MGKIT_COLD_INLINE json::json(std::initializer_list<detail::json_item> list) {
    const bool pairs = std::all_of(list.begin(), list.end(), [](const detail::json_item& item) {
        const json& value = item.value();
        return value.is_array() && value.size() == 2 && value[0].is_string();
    });
    *this = pairs ? object() : array(list);
    if (!pairs) return;
    for (const detail::json_item& item : list) {
        auto& pair = *item.value().as_.array;
        if (!contains(*pair[0].as_.string)) (*this)[*pair[0].as_.string] = std::move(pair[1]);
    }
}

MGKIT_COLD_INLINE json json::array() {
    json out;
    out.as_.array = new std::vector<json>;
    out.kind_ = kind::array;
    return out;
}
MGKIT_COLD_INLINE json json::array(std::initializer_list<detail::json_item> list) {
    json out = array();
    out.as_.array->reserve(list.size());
    for (const detail::json_item& item : list) out.as_.array->push_back(std::move(item.value()));
    return out;
}
MGKIT_COLD_INLINE json json::object() {
    json out;
    out.as_.object = new std::vector<json_member*>;
    out.kind_ = kind::object;
    return out;
}

MGKIT_COLD_INLINE void json::release() noexcept {
    if (kind_ == kind::string) {
        delete as_.string;
    } else if (kind_ == kind::array) {
        delete as_.array;
    } else if (kind_ == kind::object) {
        for (json_member* one : *as_.object) delete one;
        delete as_.object;
    }
    kind_ = kind::null;
}

MGKIT_COLD_INLINE const char* json::type_name() const noexcept {
    constexpr const char* names[] = {"null",   "boolean", "number", "number",
                                     "number", "string",  "array",  "object"};
    return names[static_cast<std::size_t>(kind_)];
}

MGKIT_COLD_INLINE void json::refuse(const char* expected) const {
    throw error("JSON", expected, type_name(), "check what the value holds");
}
MGKIT_COLD_INLINE bool json::truth() const {
    if (kind_ != kind::boolean) refuse("a boolean");
    return as_.boolean;
}
MGKIT_COLD_INLINE const json& json::checked_number() const {
    if (!is_number()) refuse("a number");
    return *this;
}
MGKIT_COLD_INLINE const std::string& json::string() const {
    if (kind_ != kind::string) refuse("a string");
    return *as_.string;
}

MGKIT_COLD_INLINE std::size_t json::size() const noexcept {
    if (kind_ == kind::array) return as_.array->size();
    if (kind_ == kind::object) return as_.object->size();
    return kind_ == kind::null ? 0 : 1;
}

namespace detail {

/// Where `key` stands or would stand.
MGKIT_COLD_INLINE std::size_t place_of(const std::vector<json_member*>& members,
                                       std::string_view key) {
    return static_cast<std::size_t>(
        std::lower_bound(
            members.begin(), members.end(), key,
            [](const json_member* one, std::string_view wanted) { return one->key < wanted; }) -
        members.begin());
}

}  // namespace detail

MGKIT_COLD_INLINE json& json::append(std::string&& key) {
    as_.object->push_back(nullptr);
    as_.object->back() = new json_member{std::move(key), {}};
    return as_.object->back()->value;
}

MGKIT_COLD_INLINE const std::string* json::sort_members() {
    auto& all = *as_.object;
    const auto rising = [](const json_member* a, const json_member* b) { return a->key < b->key; };
    if (!std::is_sorted(all.begin(), all.end(), rising)) std::sort(all.begin(), all.end(), rising);
    for (std::size_t i = 1; i < all.size(); ++i)
        if (all[i - 1]->key == all[i]->key) return &all[i]->key;
    return nullptr;
}

MGKIT_COLD_INLINE json& json::operator[](std::string_view key) {
    if (kind_ == kind::null) *this = object();
    if (kind_ != kind::object) refuse("an object");
    auto& all = *as_.object;
    const std::size_t at = detail::place_of(all, key);
    if (at < all.size() && all[at]->key == key) return all[at]->value;
    json& out = append(std::string(key));
    std::rotate(all.begin() + static_cast<std::ptrdiff_t>(at), all.end() - 1, all.end());
    return out;
}

MGKIT_COLD_INLINE const json* json::find(std::string_view key) const {
    if (kind_ != kind::object) return nullptr;
    const auto& all = *as_.object;
    const std::size_t at = detail::place_of(all, key);
    return at < all.size() && all[at]->key == key ? &all[at]->value : nullptr;
}

MGKIT_COLD_INLINE const json& json::at(std::string_view key) const {
    if (kind_ != kind::object) refuse("an object");
    if (const json* found = find(key)) return *found;
    throw error("JSON", "the key '" + std::string(key) + "'", "an object without it");
}

MGKIT_COLD_INLINE const json& json::at(std::size_t index) const {
    if (kind_ != kind::array) refuse("an array");
    if (index >= size())
        throw error("JSON", text("an index below ", size()), text(index),
                    "the array is shorter than expected");
    return (*as_.array)[index];
}

MGKIT_COLD_INLINE json& json::back() {
    return at(size() - 1);
}

MGKIT_COLD_INLINE void json::push_back(json value) {
    if (kind_ == kind::null) *this = array();
    if (kind_ != kind::array) refuse("an array");
    as_.array->push_back(std::move(value));
}

MGKIT_COLD_INLINE void json::erase(std::string_view key) {
    if (kind_ != kind::object) refuse("an object");
    auto& all = *as_.object;
    const std::size_t at = detail::place_of(all, key);
    if (at == all.size() || all[at]->key != key) return;
    delete all[at];
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(at));
}
MGKIT_COLD_INLINE void json::erase(std::size_t index) {
    static_cast<void>(at(index));
    as_.array->erase(as_.array->begin() + static_cast<std::ptrdiff_t>(index));
}

MGKIT_COLD_INLINE json::iterator json::begin() const noexcept {
    iterator out;
    if (kind_ == kind::array) out.element_ = as_.array->data();
    if (kind_ == kind::object) out.member_ = as_.object->data();
    return out;
}
MGKIT_COLD_INLINE json::iterator json::end() const noexcept {
    iterator out = begin();
    if (kind_ == kind::array) out.element_ += size();
    if (kind_ == kind::object) out.member_ += size();
    return out;
}
MGKIT_COLD_INLINE json::members json::items() const {
    if (kind_ != kind::object) refuse("an object");
    return {as_.object->data(), as_.object->data() + size()};
}

MGKIT_COLD_INLINE bool json::equals(const json& other) const {
    if (is_number() && other.is_number()) {
        if (is_number_float() || other.is_number_float())
            return get<double>() == other.get<double>();
        const bool below = kind_ == kind::integer && as_.integer < 0;
        const bool other_below = other.kind_ == kind::integer && other.as_.integer < 0;
        return below == other_below && as_.natural == other.as_.natural;
    }
    if (kind_ != other.kind_) return false;
    switch (kind_) {
        case kind::boolean:
            return as_.boolean == other.as_.boolean;
        case kind::string:
            return *as_.string == *other.as_.string;
        case kind::array:
            return *as_.array == *other.as_.array;
        case kind::object:
            return std::equal(as_.object->begin(), as_.object->end(), other.as_.object->begin(),
                              other.as_.object->end(),
                              [](const json_member* a, const json_member* b) {
                                  return a->key == b->key && a->value == b->value;
                              });
        default:
            return true;
    }
}

namespace detail {

/// One code point of text that may not be UTF-8.
struct code_point {
    std::uint32_t value;
    std::size_t bytes;  ///< of a code point, or of the longest beginning of one
    bool valid;
};

MGKIT_COLD_INLINE code_point code_point_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(at);
    if (first < 0x80) return {first, 1, true};
    if (first < 0xC2 || first > 0xF4) return {0, 1, false};
    const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    // The second byte excludes overlong forms, surrogates and what lies beyond U+10FFFF.
    unsigned least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    std::uint32_t value = first & (0xFFu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
        if (at + k == text.size() || byte(at + k) < least || byte(at + k) > most)
            return {0, k, false};
        value = value << 6 | (byte(at + k) & 0x3Fu);
        least = 0x80;
        most = 0xBF;
    }
    return {value, length, true};
}

MGKIT_COLD_INLINE void put_escaped(std::string& out, std::uint32_t unit) {
    constexpr char digits[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[(unit >> shift) & 15u];
}

}  // namespace detail

/// Writes JSON text.
struct json_writer {
    std::string& out;
    int indent;  ///< below zero: no spaces
    bool ascii, replace;

    void value(const json& from, int level) {
        switch (from.kind_) {
            case json::kind::null:
                out += "null";
                break;
            case json::kind::boolean:
                out += from.as_.boolean ? "true" : "false";
                break;
            case json::kind::integer:
                out += text(from.as_.integer);
                break;
            case json::kind::natural:
                out += text(from.as_.natural);
                break;
            case json::kind::real:
                real(from.as_.real);
                break;
            case json::kind::string:
                string(*from.as_.string);
                break;
            case json::kind::array:
                opening('[', from, ']');
                for (const json& element : *from.as_.array) {
                    next(element, (*from.as_.array)[0], level + 1);
                    value(element, level + 1);
                }
                closing(from, ']', level);
                break;
            case json::kind::object:
                opening('{', from, '}');
                for (const json_member* one : *from.as_.object) {
                    next(one->value, (*from.as_.object)[0]->value, level + 1);
                    string(one->key);
                    out += indent < 0 ? ":" : ": ";
                    value(one->value, level + 1);
                }
                closing(from, '}', level);
                break;
        }
    }

private:
    void opening(char open, const json& from, char close) {
        out += open;
        if (from.empty()) out += close;
    }
    void next(const json& element, const json& first, int level) {
        if (&element != &first) out += ',';
        new_line(level);
    }
    void closing(const json& from, char close, int level) {
        if (from.empty()) return;
        new_line(level);
        out += close;
    }
    void new_line(int level) {
        if (indent < 0) return;
        out += '\n';
        out.append(static_cast<std::size_t>(indent) * static_cast<std::size_t>(level), ' ');
    }

    void real(double number) {
        char digits[64];
        if (!std::isfinite(number))
            out += "null";
        else
            out.append(digits, nlohmann::detail::to_chars(digits, digits + sizeof digits, number));
    }

    void string(std::string_view from) {
        out += '"';
        for (std::size_t i = 0; i < from.size();) {
            const detail::code_point here = detail::code_point_at(from, i);
            if (!here.valid && !replace)
                throw error("JSON", "strings in UTF-8", "other bytes",
                            "check where the names come from");
            if (!here.valid)
                out += ascii ? "\\ufffd" : "\xEF\xBF\xBD";
            else
                letter(here.value, from.substr(i, here.bytes));
            i += here.bytes;
        }
        out += '"';
    }
    void letter(std::uint32_t value, std::string_view bytes) {
        constexpr std::string_view named = "\b\t\n\f\r\"\\", names = "btnfr\"\\";
        const auto at = bytes.size() == 1 ? named.find(bytes[0]) : std::string_view::npos;
        if (at != std::string_view::npos) {
            out += '\\';
            out += names[at];
        } else if (value >= 0x20 && (!ascii || value < 0x7F)) {
            out += bytes;
        } else if (value <= 0xFFFF) {
            detail::put_escaped(out, value);
        } else {
            detail::put_escaped(out, 0xD7C0u + (value >> 10));
            detail::put_escaped(out, 0xDC00u + (value & 0x3FFu));
        }
    }
};

MGKIT_COLD_INLINE std::string json::dump(int indent) const {
    std::string out;
    json_writer{out, indent, false, false}.value(*this, 0);
    return out;
}
MGKIT_COLD_INLINE std::string json::shown(bool ascii) const {
    std::string out;
    json_writer{out, -1, ascii, true}.value(*this, 0);
    return out;
}

}  // namespace MGKIT_NAMESPACE::io
