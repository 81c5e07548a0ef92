// The exception of mgkit: where it happened, what was expected, what was found, what to do.
#pragma once

#include <charconv>
#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE {

/// Thrown at every public entry point that refuses its input.
///
/// `what()` is one line: "where: expected E, found F; remedy". The parts stay available for
/// programs that want to present them differently.
class error : public std::runtime_error {
public:
    error(std::string where, std::string expected, std::string found, std::string remedy = {})
        : std::runtime_error(line(where, expected, found, remedy)),
          where_(std::move(where)),
          expected_(std::move(expected)),
          found_(std::move(found)),
          remedy_(std::move(remedy)) {}

    const std::string& where() const noexcept { return where_; }
    const std::string& expected() const noexcept { return expected_; }
    const std::string& found() const noexcept { return found_; }
    const std::string& remedy() const noexcept { return remedy_; }

private:
    static std::string line(const std::string& where, const std::string& expected,
                            const std::string& found, const std::string& remedy) {
        std::string text = where + ": expected " + expected + ", found " + found;
        if (!remedy.empty()) text += "; " + remedy;
        for (char& c : text)
            if (c == '\n' || c == '\r') c = ' ';
        return text;
    }

    std::string where_, expected_, found_, remedy_;
};

/// The machine lacks the device that a tensor type lives on: a program may catch this and go on
/// with another type.
class no_device : public error {
public:
    using error::error;
};

namespace detail {
inline void append(std::string& out, std::string_view part) {
    out += part;
}
template <std::same_as<bool> B>
void append(std::string& out, B part) {
    out += part ? "true" : "false";
}
inline void append(std::string& out, char part) {
    out += part;
}
template <class N>
requires((std::integral<N> || std::floating_point<N>)&&!std::same_as<N, bool> &&
         !std::same_as<N, char>) void append(std::string& out, N part) {
    char digits[64];
    const auto end = std::to_chars(digits, digits + sizeof digits, part);
    out.append(digits, end.ptr);
}
}  // namespace detail

/// Joins strings and numbers into one string. Floating-point numbers are written with the fewest
/// digits that read back as the same number: different numbers give different text.
template <class... Parts>
std::string text(const Parts&... parts) {
    std::string out;
    (detail::append(out, parts), ...);
    return out;
}

}  // namespace MGKIT_NAMESPACE
