// JSON read as a stream of events: nothing is kept but what a handler keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/limits.hpp"
#include "mgkit/io/json.hpp"

namespace mgkit::data::readers::detail {

/// Bytes of unknown origin in quotes, as printable ASCII, cut to `most` bytes.
inline std::string printable(std::string_view bytes, std::size_t most = 80) {
    return io::json(std::string(bytes.substr(0, most)))
        .dump(-1, ' ', true, io::json::error_handler_t::replace);
}

/// Hands a parser's events to a handler, with skipping of what the handler does not want.
///
/// A handler has `bool begin_object()`, `bool begin_array()` (false: skip the whole value),
/// `end_object()`, `end_array()`, `bool key(std::string_view)` (false: skip the member's value),
/// `number(double, bool integral)`, `null()`, `string(std::string_view)`, `boolean(bool)`.
/// Member names are those that nlohmann's parser calls.
template <class Handler>
class json_events {
public:
    using types = io::json;
    using string_t = types::string_t;

    json_events(Handler& handler, const std::string& where, const limits& most)
        : handler_(handler), where_(where), most_(most) {}

    bool null() {
        if (wanted()) handler_.null();
        return true;
    }
    bool boolean(bool value) {
        if (wanted()) handler_.boolean(value);
        return true;
    }
    bool number_integer(types::number_integer_t value) {
        if (wanted()) handler_.number(static_cast<double>(value), true);
        return true;
    }
    bool number_unsigned(types::number_unsigned_t value) {
        if (wanted()) handler_.number(static_cast<double>(value), true);
        return true;
    }
    bool number_float(types::number_float_t value, const string_t&) {
        if (wanted()) handler_.number(value, false);
        return true;
    }
    bool string(string_t& value) {
        if (wanted()) handler_.string(value);
        return true;
    }
    bool binary(types::binary_t&) { return false; }
    bool start_object(std::size_t) {
        enter();
        if (skipping_ == 0 && !handler_.begin_object()) skipping_ = depth_;
        return true;
    }
    bool start_array(std::size_t) {
        enter();
        if (skipping_ == 0 && !handler_.begin_array()) skipping_ = depth_;
        return true;
    }
    bool end_object() {
        if (skipping_ == 0) handler_.end_object();
        leave();
        return true;
    }
    bool end_array() {
        if (skipping_ == 0) handler_.end_array();
        leave();
        return true;
    }
    bool key(string_t& name) {
        if (skipping_ == 0) skip_value_ = !handler_.key(name);
        return true;
    }
    template <class Exception>
    bool parse_error(std::size_t position, const std::string& token, const Exception& problem) {
        std::string_view reason = problem.what();
        if (const auto start = reason.find("] "); start != std::string_view::npos)
            reason.remove_prefix(start + 2);
        const bool letter = !token.empty() && (token.back() == 'N' || token.back() == 'I');
        throw error(
            where_, "valid JSON", printable(reason, 200),
            text("see byte ", position, letter ? "; JSON has no NaN or Infinity: write null" : ""));
    }

private:
    bool wanted() {
        if (skipping_ != 0) return false;
        if (!skip_value_) return true;
        skip_value_ = false;
        return false;
    }
    void enter() {
        if (depth_ == most_.depth)
            throw error(where_, text("JSON nested at most ", most_.depth, " deep"),
                        "deeper nesting");
        ++depth_;
        if (skip_value_) {
            skip_value_ = false;
            skipping_ = depth_;
        }
    }
    void leave() {
        if (skipping_ == depth_) skipping_ = 0;
        --depth_;
    }

    Handler& handler_;
    const std::string& where_;
    const limits& most_;
    std::size_t depth_ = 0;
    std::size_t skipping_ = 0;  ///< depth of the value being skipped, 0 for none
    bool skip_value_ = false;
};

/// Runs a handler over JSON text. Errors: mgkit::error for syntax, invalid UTF-8, depth, size, and
/// whatever the handler throws. Cost: linear in the text.
template <class Handler>
void walk_json(std::string_view json, Handler& handler, const std::string& where,
               const limits& most = {}) {
    if (json.size() > most.bytes)
        throw error(where, text("JSON of at most ", most.bytes, " bytes"), text(json.size()),
                    "cut the recording into parts");
    // The parser takes a zero byte for the end of the text and would accept anything behind it.
    if (const auto zero = json.find('\0'); zero != std::string_view::npos)
        throw error(where, "valid JSON", text("a zero byte at ", zero));
    json_events<Handler> events(handler, where, most);
    if (!io::json::sax_parse(json.data(), json.data() + json.size(), &events))
        throw error(where, "valid JSON", "something else");
}

}  // namespace mgkit::data::readers::detail
