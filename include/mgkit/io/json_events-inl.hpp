// Definitions of json_events.hpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
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
    json_grammar(std::string_view text, json_events& to)
        : lexer_(nlohmann::detail::input_adapter(text.data(), text.data() + text.size())),
          to_(to) {}

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
    using adapter = decltype(nlohmann::detail::input_adapter(std::declval<const char*>(),
                                                             std::declval<const char*>()));
    using lexer = nlohmann::detail::lexer<types, adapter>;
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
                    return refuse(token::uninitialized, "value");
                default:
                    return refuse(token::literal_or_value, "value");
            }
        }
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
        std::string reason =
            text("parse error at line ", at.lines_read + 1, ", column ", at.chars_read_current_line,
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
                  lexer_.get_position().chars_read_total};
        return false;
    }

    lexer lexer_;
    json_events& to_;
    token last_ = token::uninitialized;
    std::vector<bool> open_;  ///< true: an array
    json_fault fault_;
};

}  // namespace detail

MGKIT_INLINE json_fault read_events(std::string_view text, json_events& to) {
    // The lexer takes a zero byte for the end of the text and would accept anything behind it.
    if (const auto zero = text.find('\0'); zero != std::string_view::npos)
        return {mgkit::text("a zero byte at ", zero), {}, zero};
    return detail::json_grammar(text, to).run();
}

}  // namespace MGKIT_NAMESPACE::io
