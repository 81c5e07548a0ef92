// SPDX-License-Identifier: MIT
// The exception of mgkit: where it happened, what was expected, what was found, what to do.
#pragma once

#include <concepts>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE {

/// Thrown at every public entry point that refuses its input.
///
/// `what()` is one line: "where: expected E, found F; remedy". The parts stay available for
/// programs that want to present them differently.
class error : public std::runtime_error {
public:
    error(std::string_view where, std::string_view expected, std::string_view found,
          std::string_view remedy = {});
    error(const error&);
    error& operator=(const error&);
    ~error() override;

    const std::string& where() const noexcept { return where_; }
    const std::string& expected() const noexcept { return expected_; }
    const std::string& found() const noexcept { return found_; }
    const std::string& remedy() const noexcept { return remedy_; }

private:
    std::string where_, expected_, found_, remedy_;
};

/// The machine lacks the device that a tensor type lives on: a program may catch this and go on
/// with another type.
class no_device : public error {
public:
    using error::error;
};

namespace detail {

/// A part of a text, free of its type: characters that stand elsewhere, or one value.
class text_piece {
public:
    text_piece(std::string_view part) : kind_(kind::characters), characters_(part) {}
    text_piece(char part) : kind_(kind::character), character_(part) {}
    template <std::same_as<bool> B>
    text_piece(B part) : text_piece(std::string_view(part ? "true" : "false")) {}
    text_piece(int part) : text_piece(static_cast<long long>(part)) {}
    text_piece(long part) : text_piece(static_cast<long long>(part)) {}
    text_piece(long long part) : kind_(kind::integer), integer_(part) {}
    text_piece(unsigned part) : text_piece(static_cast<unsigned long long>(part)) {}
    text_piece(unsigned long part) : text_piece(static_cast<unsigned long long>(part)) {}
    text_piece(unsigned long long part) : kind_(kind::natural), natural_(part) {}
    text_piece(float part) : kind_(kind::single_precision), single_(part) {}
    text_piece(double part) : kind_(kind::double_precision), double_(part) {}
    text_piece(long double part) : kind_(kind::extended_precision), extended_(part) {}

    void append_to(std::string& out) const;

private:
    enum class kind : unsigned char {
        characters,
        character,
        integer,
        natural,
        single_precision,
        double_precision,
        extended_precision
    };

    kind kind_;
    union {
        std::string_view characters_;
        char character_;
        long long integer_;
        unsigned long long natural_;
        float single_;
        double double_;
        long double extended_;
    };
};

std::string joined(std::initializer_list<text_piece> pieces);

}  // namespace detail

/// Joins strings and numbers into one string. Floating-point numbers are written with the fewest
/// digits that read back as the same number: different numbers give different text.
template <class... Parts>
std::string text(const Parts&... parts) {
    return detail::joined({detail::text_piece(parts)...});
}

}  // namespace MGKIT_NAMESPACE

#if !defined(MGKIT_COMPILED)
#include "mgkit/core/error-inl.hpp"
#endif
