// SPDX-License-Identifier: MIT
// A JSON value: null, a boolean, a number, a string, an array or an object.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::io {

class json;
struct json_member;

namespace detail {

/// Several values (vector, array, set) and several named values (map).
template <class T>
concept json_list = !std::convertible_to<const T&, std::string_view> && !std::same_as<T, json> &&
                    requires(const T& from) {
    typename T::value_type;
    from.begin() != from.end();
};
template <class T>
concept json_map = json_list<T> && requires {
    typename T::mapped_type;
};
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

class json_item;

}  // namespace detail

/// A value with value semantics: copies are deep, comparison is by content, numbers by their value.
///
/// Members of an object are ordered by the bytes of their keys. A list in braces is an object if
/// each of its elements is a list of two that begins with a string, else an array: `json{{"a", 1},
/// {"b", {2, 3}}}`. References to members of an object stay valid while others are added; those to
/// elements of an array do not. Errors: mgkit::error for a value of another type than the call asks
/// for, a key or index that is not there. Cost: of a key, a binary search.
class json {
public:
    class iterator;
    class members;

    json() noexcept = default;
    json(std::nullptr_t) noexcept {}
    template <std::same_as<bool> B>
    json(B value) noexcept : kind_(kind::boolean) {
        as_.boolean = value;
    }
    template <std::integral I>
    requires(!std::same_as<I, bool>) json(I value)
    noexcept : kind_(std::is_signed_v<I> ? kind::integer : kind::natural) {
        as_.natural = static_cast<std::uint64_t>(value);
    }
    template <std::floating_point F>
    json(F value) noexcept : kind_(kind::real) {
        as_.real = value;
    }
    json(std::string_view text);
    json(const std::string& text) : json(std::string_view(text)) {}
    json(std::string&& text);
    json(const char* text) : json(std::string_view(text)) {}
    template <detail::json_list List>
    json(const List& from) : json(detail::json_map<List> ? object() : array()) {
        for (const auto& entry : from) {
            if constexpr (detail::json_map<List>)
                (*this)[entry.first] = entry.second;
            else
                push_back(entry);
        }
    }
    json(std::initializer_list<detail::json_item> list);

    json(const json& other);
    json(json&& other) noexcept : as_(other.as_), kind_(std::exchange(other.kind_, kind::null)) {}
    json& operator=(const json& other) { return *this = json(other); }
    json& operator=(json&& other) noexcept {
        json taken(std::move(other));  // which may be a part of this value, and go with it
        std::swap(as_, taken.as_);
        std::swap(kind_, taken.kind_);
        return *this;
    }
    ~json() {
        if (kind_ >= kind::string) release();
    }

    /// An array, empty or of these.
    static json array();
    static json array(std::initializer_list<detail::json_item> list);
    /// An empty object.
    static json object();

    bool is_null() const noexcept { return kind_ == kind::null; }
    bool is_boolean() const noexcept { return kind_ == kind::boolean; }
    bool is_number() const noexcept { return kind_ >= kind::integer && kind_ <= kind::real; }
    bool is_number_integer() const noexcept { return is_number() && kind_ != kind::real; }
    /// As parsed without a sign or stored from an unsigned type.
    bool is_number_unsigned() const noexcept { return kind_ == kind::natural; }
    bool is_number_float() const noexcept { return kind_ == kind::real; }
    bool is_string() const noexcept { return kind_ == kind::string; }
    bool is_array() const noexcept { return kind_ == kind::array; }
    bool is_object() const noexcept { return kind_ == kind::object; }
    bool is_structured() const noexcept { return kind_ >= kind::array; }
    bool is_primitive() const noexcept { return !is_structured(); }
    /// "null", "boolean", "number", "string", "array" or "object".
    const char* type_name() const noexcept;

    /// The value as bool, number (any number, converted as C++ does), std::string, or std::vector
    /// or std::array of these; for files of unknown origin see `as`, which refuses what does not
    /// fit.
    template <class T>
    T get() const {
        if constexpr (std::same_as<T, bool>) {
            return truth();
        } else if constexpr (std::is_arithmetic_v<T>) {
            const json& number = checked_number();
            if (number.kind_ == kind::real) return static_cast<T>(as_.real);
            return number.kind_ == kind::integer ? static_cast<T>(as_.integer)
                                                 : static_cast<T>(as_.natural);
        } else if constexpr (std::same_as<T, std::string>) {
            return string();
        } else {
            T out{};
            if constexpr (detail::is_vector<T>) out.resize(size());
            for (std::size_t i = 0; i < out.size(); ++i)
                out[i] = at(i).template get<typename T::value_type>();
            return out;
        }
    }
    const std::string& string() const;

    /// Elements of an array, members of an object; 0 for null, 1 for anything else.
    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }

    /// Member of an object, which null becomes; a new one is null.
    json& operator[](std::string_view key);
    const json& operator[](std::string_view key) const { return at(key); }
    json& operator[](std::size_t index) { return at(index); }
    const json& operator[](std::size_t index) const { return at(index); }
    const json& at(std::string_view key) const;
    const json& at(std::size_t index) const;
    json& at(std::string_view key) { return const_cast<json&>(std::as_const(*this).at(key)); }
    json& at(std::size_t index) { return const_cast<json&>(std::as_const(*this).at(index)); }
    json& back();

    /// The member, or null.
    const json* find(std::string_view key) const;
    bool contains(std::string_view key) const { return find(key) != nullptr; }
    /// Adds to an array, which null becomes.
    void push_back(json value);
    void erase(std::string_view key);
    void erase(std::size_t index);

    /// Elements of an array or values of an object, in order; none for anything else.
    iterator begin() const noexcept;
    iterator end() const noexcept;
    /// Members of an object: `for (const auto& [key, value] : object.items())`.
    members items() const;

    /// JSON text without spaces, or with `indent` spaces a level, one value a line. Numbers read
    /// back as they are; NaN and infinity become null. Errors: mgkit::error for strings not in
    /// UTF-8.
    std::string dump(int indent = -1) const;
    /// The text without spaces for a message: what is not UTF-8 is replaced by U+FFFD; with
    /// `ascii`, everything beyond printable ASCII is escaped.
    std::string shown(bool ascii = false) const;

    friend bool operator==(const json& a, const json& b) { return a.equals(b); }

private:
    friend class json_builder;
    friend struct json_writer;
    enum class kind : std::uint8_t { null, boolean, integer, natural, real, string, array, object };

    void release() noexcept;
    bool truth() const;
    const json& checked_number() const;
    bool equals(const json& other) const;
    [[noreturn]] void refuse(const char* expected) const;
    json& append(std::string&& key);
    const std::string* sort_members();

    union {
        bool boolean;
        std::int64_t integer;
        std::uint64_t natural;
        double real;
        std::string* string;
        std::vector<json>* array;
        std::vector<json_member*>* object;
    } as_ = {.natural = 0};
    kind kind_ = kind::null;
};

/// A member of an object.
struct json_member {
    std::string key;
    json value;
};

/// Goes through elements or members.
class json::iterator {
public:
    iterator() noexcept = default;
    const json& operator*() const noexcept { return member_ ? (*member_)->value : *element_; }
    const json* operator->() const noexcept { return &**this; }
    iterator& operator++() noexcept {
        member_ ? void(++member_) : void(++element_);
        return *this;
    }
    /// The key; only of members.
    const std::string& key() const noexcept { return (*member_)->key; }
    const json& value() const noexcept { return **this; }
    friend bool operator==(const iterator&, const iterator&) noexcept = default;

private:
    friend class json;
    const json* element_ = nullptr;
    json_member* const* member_ = nullptr;
};

/// The members of an object as pairs of key and value.
class json::members {
public:
    struct iterator {
        json_member* const* at;
        const json_member& operator*() const noexcept { return **at; }
        iterator& operator++() noexcept {
            ++at;
            return *this;
        }
        friend bool operator==(const iterator&, const iterator&) noexcept = default;
    };
    iterator begin() const noexcept { return {first_}; }
    iterator end() const noexcept { return {last_}; }

private:
    friend class json;
    members(json_member* const* first, json_member* const* last) : first_(first), last_(last) {}
    json_member *const *first_, *const *last_;
};

namespace detail {

/// An element of a list in braces, from which the value is moved.
class json_item {
public:
    template <class Value>
    requires std::constructible_from<json, Value> json_item(Value&& value)
        : value_(std::forward<Value>(value)) {}
    json_item(std::initializer_list<json_item> list) : value_(list) {}

    json& value() const noexcept { return value_; }

private:
    mutable json value_;
};

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/json_value-inl.hpp"
#endif
