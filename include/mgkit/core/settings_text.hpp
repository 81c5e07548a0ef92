// SPDX-License-Identifier: MIT
// Settings in words, exactly, without a list of them that someone could forget to extend.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE {

namespace detail {

/// Stands for a value of any type where members of an aggregate are counted; never made. It has a
/// body because libc++'s optional asks for one where T has no linkage.
struct any_member {
    template <class T>
    operator T() const {
        throw error("a setting", "a value", "its place");
    }
};

/// Members of an aggregate that takes the initialisers `Found`: the most it takes.
template <class T, class... Found>
constexpr std::size_t member_count() {
    if constexpr (requires { T{std::declval<Found>()..., any_member{}}; })
        return member_count<T, Found..., any_member>();
    else if constexpr (requires { T{std::declval<Found>()..., std::nullopt}; })
        return member_count<T, Found..., std::nullopt_t>();  // any value would be ambiguous there
    else
        return sizeof...(Found);
}

/// Calls `f(members...)`, in order. A wrong count does not compile.
template <class T, class F>
void with_members(const T& v, F&& f) {
    constexpr std::size_t n = member_count<T>();
    static_assert(n <= 20, "mgkit: settings of more than 20 members: group some of them");
    // clang-format off
    if constexpr (n == 1) { const auto& [a] = v; f(a); }
    else if constexpr (n == 2) { const auto& [a, b] = v; f(a, b); }
    else if constexpr (n == 3) { const auto& [a, b, c] = v; f(a, b, c); }
    else if constexpr (n == 4) { const auto& [a, b, c, d] = v; f(a, b, c, d); }
    else if constexpr (n == 5) { const auto& [a, b, c, d, e] = v; f(a, b, c, d, e); }
    else if constexpr (n == 6) { const auto& [a, b, c, d, e, g] = v; f(a, b, c, d, e, g); }
    else if constexpr (n == 7) { const auto& [a, b, c, d, e, g, h] = v; f(a, b, c, d, e, g, h); }
    else if constexpr (n == 8) { const auto& [a, b, c, d, e, g, h, i] = v; f(a, b, c, d, e, g, h, i); }
    else if constexpr (n == 9) { const auto& [a, b, c, d, e, g, h, i, j] = v; f(a, b, c, d, e, g, h, i, j); }
    else if constexpr (n == 10) { const auto& [a, b, c, d, e, g, h, i, j, k] = v; f(a, b, c, d, e, g, h, i, j, k); }
    else if constexpr (n == 11) { const auto& [a, b, c, d, e, g, h, i, j, k, l] = v; f(a, b, c, d, e, g, h, i, j, k, l); }
    else if constexpr (n == 12) { const auto& [a, b, c, d, e, g, h, i, j, k, l, m] = v; f(a, b, c, d, e, g, h, i, j, k, l, m); }
    else if constexpr (n == 13) { const auto& [a, b, c, d, e, g, h, i, j, k, l, m, o] = v; f(a, b, c, d, e, g, h, i, j, k, l, m, o); }
    else if constexpr (n == 14) { const auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p] = v; f(a, b, c, d, e, g, h, i, j, k, l, m, o, p); }
    else if constexpr (n == 15) { const auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q] = v; f(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q); }
    else if constexpr (n == 16) { const auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r] = v; f(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r); }
    else if constexpr (n == 17) { const auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s] = v; f(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s); }
    else if constexpr (n == 18) { const auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t] = v; f(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t); }
    else if constexpr (n == 19) { const auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u] = v; f(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u); }
    else if constexpr (n == 20) { const auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, w] = v; f(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, w); }
    else f();
    // clang-format on
}

struct setting_visitor {
    template <class V>
    void operator()(const V&) const {}
};

}  // namespace detail

/// A class that hands each of its settings to a visitor itself: `each_setting(f) const`.
template <class S>
concept lists_settings = requires(const S& s, detail::setting_visitor f) {
    s.each_setting(f);
};

/// A class that stands for another one whose settings it has in words: `settings_words() const`.
template <class S>
concept words_settings = requires(const S& s) {
    { s.settings_words() } -> std::convertible_to<std::string>;
};

/// What `settings_text` can write.
template <class S>
concept writable_settings = lists_settings<S> || words_settings<S> || std::is_aggregate_v<S>;

namespace detail {

/// In quotation marks, with a backslash before each one inside.
void append_quoted(std::string& out, std::string_view words);

template <class V>
inline constexpr bool is_optional = false;
template <class V>
inline constexpr bool is_optional<std::optional<V>> = true;

template <class V>
void append_setting(std::string& out, const V& value) {
    const auto list = [&out](const auto& each, const char* open, const char* close) {
        out += open;
        bool first = true;
        each([&](const auto& part) {
            if (!first) out += ", ";
            first = false;
            append_setting(out, part);
        });
        out += close;
    };
    if constexpr (std::is_arithmetic_v<V>) {
        text_piece(value).append_to(out);
    } else if constexpr (std::is_enum_v<V>) {
        text_piece(static_cast<long long>(value)).append_to(out);
    } else if constexpr (std::convertible_to<const V&, std::string_view>) {
        append_quoted(out, value);
    } else if constexpr (words_settings<V>) {
        out += value.settings_words();
    } else if constexpr (is_optional<V>) {
        if (value)
            append_setting(out, *value);
        else
            out += "none";
    } else if constexpr (requires {
                             value.begin();
                             value.end();
                         }) {
        list(
            [&](const auto& f) {
                for (const auto& part : value) f(part);
            },
            "[", "]");
    } else {
        static_assert(writable_settings<V>,
                      "mgkit: settings are numbers, text, lists and plain structs of those; other "
                      "classes say each_setting(f)");
        if constexpr (requires { std::string_view(V::name); }) out += std::string_view(V::name);
        if constexpr (lists_settings<V>)
            list([&](const auto& f) { value.each_setting(f); }, "(", ")");
        else
            list(
                [&](const auto& f) {
                    with_members(value, [&](const auto&... part) { (f(part), ...); });
                },
                "(", ")");
    }
}

}  // namespace detail

/// How many settings a plain struct has: where each must be named by hand, asserting this number
/// makes a forgotten one an error of compilation.
template <class S>
requires std::is_aggregate_v<S>
inline constexpr std::size_t setting_count = detail::member_count<S>();

/// Settings as "name(value, value, ...)": every member of a plain struct in the order of its
/// declaration, nested ones too, numbers exactly. The name is the type's `name`, if it has one. A
/// member that is added later is written too, without a word said about it here. Equal texts mean
/// equal settings; made to identify what a result was computed with.
template <class S>
std::string settings_text(const S& settings) {
    std::string out;
    detail::append_setting(out, settings);
    return out;
}

}  // namespace MGKIT_NAMESPACE

#if !defined(MGKIT_COMPILED)
#include "mgkit/core/settings_text-inl.hpp"
#endif
