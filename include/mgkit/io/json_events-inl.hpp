// SPDX-License-Identifier: MIT
// Definitions of json_events.hpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
// Of nlohmann only the lexer: its parser asks for the whole of its value type.
#if __has_include(<nlohmann/detail/input/lexer.hpp>)
#include <nlohmann/detail/input/lexer.hpp>
#else
#include <nlohmann/json.hpp>
#endif

#include "mgkit/core/error.hpp"
#include "mgkit/io/json_events.hpp"

namespace MGKIT_NAMESPACE::io {

namespace detail {

/// JSON's grammar on top of nlohmann's lexer, without recursion; messages are worded as nlohmann's.
class json_grammar {
public:
    json_grammar(std::string_view text, json_events& to, json_numbers numbers)
        : text_(text),
          at_(text.data()),
          lexer_(source{&at_, text.data() + text.size()}),
          to_(to),
          numbers_(numbers) {}

    json_fault run() {
        next();
        bool more = value();
        while (more && !open_.empty()) more = open_.back() ? behind_element() : behind_member();
        if (more && next() != token::end_of_input) refuse(token::end_of_input, "value");
        return std::move(fault_);
    }

private:
    /// The types that the lexer asks for.
    struct types {
        using number_integer_t = std::int64_t;
        using number_unsigned_t = std::uint64_t;
        using number_float_t = double;
        using string_t = std::string;
    };
    /// The text for the lexer, from a place that can be moved on.
    struct source {
        using char_type = char;
        const char** at;
        const char* end;
        std::char_traits<char>::int_type get_character() {
            if (*at == end) return std::char_traits<char>::eof();
            return std::char_traits<char>::to_int_type(*(*at)++);
        }
    };
    using lexer = nlohmann::detail::lexer<types, source>;
    using token = typename nlohmann::detail::lexer_base<types>::token_type;

    token next() { return last_ = lexer_.scan(); }

    /// Each of these ends behind a value, or with the fault and false.
    bool value() {
        while (true) {
            switch (last_) {
                case token::begin_object:
                    to_.begin_object();
                    if (next() == token::end_object) return to_.end_object(), true;
                    open_.push_back(false);
                    if (!member()) return false;
                    continue;
                case token::begin_array:
                    to_.begin_array();
                    if (next() == token::end_array) return to_.end_array(), true;
                    open_.push_back(true);
                    continue;
                case token::value_float:
                    if (!std::isfinite(lexer_.get_number_float()))
                        return fail("number overflow parsing '" + lexer_.get_token_string() + "'");
                    return to_.real(lexer_.get_number_float()), true;
                case token::value_integer:
                    return to_.integer(lexer_.get_number_integer()), true;
                case token::value_unsigned:
                    return to_.natural(lexer_.get_number_unsigned()), true;
                case token::value_string:
                    return to_.string(lexer_.get_string()), true;
                case token::literal_true:
                    return to_.boolean(true), true;
                case token::literal_false:
                    return to_.boolean(false), true;
                case token::literal_null:
                    return to_.null(), true;
                case token::parse_error:
                    return python_number() || refuse(token::uninitialized, "value");
                default:
                    return refuse(token::literal_or_value, "value");
            }
        }
    }
    /// Takes NaN, Infinity or -Infinity, in the first letter of which the lexer has given up.
    bool python_number() {
        if (numbers_ != json_numbers::python) return false;
        // The lexer does not tell where a token begins: here it does behind what parts tokens.
        constexpr std::string_view nan = "NaN", infinity = "Infinity", mark = "\xef\xbb\xbf";
        std::size_t start = static_cast<std::size_t>(at_ - text_.data());
        if (start == 0) return false;
        --start;
        const bool is_nan = text_.substr(start, nan.size()) == nan;
        if (!is_nan && text_.substr(start, infinity.size()) != infinity) return false;
        const bool minus = !is_nan && start > 0 && text_[start - 1] == '-';
        const std::string_view before = text_.substr(0, start - (minus ? 1 : 0));
        if (!before.empty() && before != mark &&
            std::string_view("[:, \t\r\n").find(before.back()) == std::string_view::npos)
            return false;
        using limits = std::numeric_limits<double>;
        to_.real(is_nan ? limits::quiet_NaN() : minus ? -limits::infinity() : limits::infinity());
        const std::size_t unread = (is_nan ? nan : infinity).size() - 1;
        at_ += unread;
        const std::size_t line = lexer_.get_position().lines_read;
        unread_in_line_ = unread + (line == line_ ? unread_in_line_ : 0);
        line_ = line;
        unread_ += unread;
        return true;
    }
    /// Key and colon; the value's first token is read.
    bool member() {
        if (last_ != token::value_string) return refuse(token::value_string, "object key");
        to_.key(lexer_.get_string());
        if (next() != token::name_separator)
            return refuse(token::name_separator, "object separator");
        next();
        return true;
    }
    bool behind_element() {
        if (next() == token::value_separator) return next(), value();
        if (last_ != token::end_array) return refuse(token::end_array, "array");
        to_.end_array();
        open_.pop_back();
        return true;
    }
    bool behind_member() {
        if (next() == token::value_separator) return next(), member() && value();
        if (last_ != token::end_object) return refuse(token::end_object, "object");
        to_.end_object();
        open_.pop_back();
        return true;
    }

    bool refuse(token expected, const char* context) {
        const auto at = lexer_.get_position();
        const std::size_t column =
            at.chars_read_current_line + (at.lines_read == line_ ? unread_in_line_ : 0);
        std::string reason = text("parse error at line ", at.lines_read + 1, ", column ", column,
                                  ": syntax error while parsing ", context, " - ");
        if (last_ == token::parse_error)
            reason +=
                text(lexer_.get_error_message(), "; last read: '", lexer_.get_token_string(), "'");
        else
            reason += text("unexpected ", lexer::token_type_name(last_));
        if (expected != token::uninitialized)
            reason += text("; expected ", lexer::token_type_name(expected));
        return fail(std::move(reason));
    }
    bool fail(std::string reason) {
        fault_ = {std::move(reason), lexer_.get_token_string(),
                  lexer_.get_position().chars_read_total + unread_};
        return false;
    }

    std::string_view text_;
    const char* at_;
    lexer lexer_;
    json_events& to_;
    json_numbers numbers_;
    // Bytes that the lexer has not seen: of all, and of the line that held the last of them.
    std::size_t unread_ = 0, unread_in_line_ = 0, line_ = 0;
    token last_ = token::uninitialized;
    std::vector<bool> open_;  ///< true: an array
    json_fault fault_;
};

}  // namespace detail

MGKIT_INLINE json_fault read_events(std::string_view text, json_events& to, json_numbers numbers) {
    // The lexer takes a zero byte for the end of the text and would accept anything behind it.
    if (const auto zero = text.find('\0'); zero != std::string_view::npos)
        return {mgkit::text("a zero byte at ", zero), {}, zero};
    return detail::json_grammar(text, to, numbers).run();
}

}  // namespace MGKIT_NAMESPACE::io
