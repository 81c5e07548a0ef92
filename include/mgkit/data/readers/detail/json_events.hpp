// JSON read as a stream of events: nothing is kept but what a handler keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/limits.hpp"
#include "mgkit/io/json.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Bytes of unknown origin in quotes, as printable ASCII, cut to `most` bytes.
inline std::string printable(std::string_view bytes, std::size_t most = 80) {
    return io::json(std::string(bytes.substr(0, most)))
        .dump(-1, ' ', true, io::json::error_handler_t::replace);
}

/// Hands the events of any parser to a handler, with skipping of what the handler does not want and
/// a bound on depth.
///
/// A handler has `bool begin_object()`, `bool begin_array()` (false: skip the whole value),
/// `end_object()`, `end_array()`, `bool key(std::string_view)` (false: skip the member's value),
/// `number(double, bool integral)`, `null()`, `string(std::string_view)`, `boolean(bool)`.
template <class Handler>
class json_events {
public:
    json_events(Handler& handler, const std::string& where, std::size_t depth)
        : handler_(handler), where_(where), most_(depth) {}

    const std::string& where() const { return where_; }

    void null() {
        if (wanted()) handler_.null();
    }
    void boolean(bool value) {
        if (wanted()) handler_.boolean(value);
    }
    void number(double value, bool integral) {
        if (wanted()) handler_.number(value, integral);
    }
    void string(std::string_view value) {
        if (wanted()) handler_.string(value);
    }
    void begin_object() {
        enter();
        if (skipping_ == 0 && !handler_.begin_object()) skipping_ = depth_;
    }
    void begin_array() {
        enter();
        if (skipping_ == 0 && !handler_.begin_array()) skipping_ = depth_;
    }
    void end_object() {
        if (skipping_ == 0) handler_.end_object();
        leave();
    }
    void end_array() {
        if (skipping_ == 0) handler_.end_array();
        leave();
    }
    void key(std::string_view name) {
        if (skipping_ == 0) skip_value_ = !handler_.key(name);
    }

private:
    bool wanted() {
        if (skipping_ != 0) return false;
        if (!skip_value_) return true;
        skip_value_ = false;
        return false;
    }
    void enter() {
        if (depth_ == most_)
            throw error(where_, text("JSON nested at most ", most_, " deep"), "deeper nesting");
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
    std::size_t most_;
    std::size_t depth_ = 0;
    std::size_t skipping_ = 0;  ///< depth of the value being skipped, 0 for none
    bool skip_value_ = false;
};

/// Events by the names that nlohmann's parser calls.
template <class Events>
class nlohmann_names {
public:
    using string_t = io::json::string_t;
    explicit nlohmann_names(Events& events) : events_(events) {}

    bool null() { return events_.null(), true; }
    bool boolean(bool value) { return events_.boolean(value), true; }
    bool number_integer(io::json::number_integer_t value) {
        return events_.number(static_cast<double>(value), true), true;
    }
    bool number_unsigned(io::json::number_unsigned_t value) {
        return events_.number(static_cast<double>(value), true), true;
    }
    bool number_float(io::json::number_float_t value, const string_t&) {
        return events_.number(value, false), true;
    }
    bool string(string_t& value) { return events_.string(value), true; }
    bool binary(io::json::binary_t&) { return false; }
    bool start_object(std::size_t) { return events_.begin_object(), true; }
    bool start_array(std::size_t) { return events_.begin_array(), true; }
    bool end_object() { return events_.end_object(), true; }
    bool end_array() { return events_.end_array(), true; }
    bool key(string_t& name) { return events_.key(name), true; }
    template <class Exception>
    bool parse_error(std::size_t position, const std::string& token, const Exception& problem) {
        std::string_view reason = problem.what();
        if (const auto start = reason.find("] "); start != std::string_view::npos)
            reason.remove_prefix(start + 2);
        const bool letter = !token.empty() && (token.back() == 'N' || token.back() == 'I');
        throw error(
            events_.where(), "valid JSON", printable(reason, 200),
            text("see byte ", position, letter ? "; JSON has no NaN or Infinity: write null" : ""));
    }

private:
    Events& events_;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail

namespace MGKIT_NAMESPACE::data::readers {

/// The parser that comes with every installation. A provider has a static `parse(text, events)`
/// that calls `null`, `boolean`, `number(value, integral)`, `string`, `key`, `begin_object`,
/// `end_object`, `begin_array` and `end_array` of `events` in the order of the text, and throws
/// mgkit::error at `events.where()` for anything but valid JSON.
struct nlohmann_json {
    template <class Events>
    static void parse(std::string_view json, Events& events) {
        // The parser takes a zero byte for the end of the text and would accept anything behind it.
        if (const auto zero = json.find('\0'); zero != std::string_view::npos)
            throw error(events.where(), "valid JSON", text("a zero byte at ", zero));
        detail::nlohmann_names<Events> names(events);
        if (!io::json::sax_parse(json.data(), json.data() + json.size(), &names))
            throw error(events.where(), "valid JSON", "something else");
    }
};

namespace detail {

/// Runs a handler over JSON text. Errors: mgkit::error for syntax, invalid UTF-8, depth, size, and
/// whatever the handler throws. Cost: linear in the text.
template <class Provider, class Handler>
void walk_json(std::string_view json, Handler& handler, const std::string& where) {
    constexpr limits most;
    if (json.size() > most.bytes)
        throw error(where, text("JSON of at most ", most.bytes, " bytes"), text(json.size()),
                    "cut the recording into parts");
    json_events<Handler> events(handler, where, most.depth);
    Provider::parse(json, events);
}

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::data::readers
