// JSON read as a stream of events: nothing is kept but what a handler keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/limits.hpp"
#include "mgkit/io/json_events.hpp"
#include "mgkit/io/json_value.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Bytes of unknown origin in quotes, as printable ASCII, cut to `most` bytes.
std::string printable(std::string_view bytes, std::size_t most = 80);

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

/// Events of mgkit's own parser, handed on.
template <class Events>
class parsed_events final : public io::json_events {
public:
    explicit parsed_events(Events& to) : to_(to) {}

    void null() override { to_.null(); }
    void boolean(bool value) override { to_.boolean(value); }
    void integer(std::int64_t value) override { to_.number(static_cast<double>(value), true); }
    void natural(std::uint64_t value) override { to_.number(static_cast<double>(value), true); }
    void real(double value) override { to_.number(value, false); }
    void string(std::string& value) override { to_.string(value); }
    void key(std::string& name) override { to_.key(name); }
    void begin_object() override { to_.begin_object(); }
    void end_object() override { to_.end_object(); }
    void begin_array() override { to_.begin_array(); }
    void end_array() override { to_.end_array(); }

private:
    Events& to_;
};

/// Refuses text that is not JSON; nothing where there is no fault.
void refuse_fault(const io::json_fault& fault, const std::string& where);

}  // namespace MGKIT_NAMESPACE::data::readers::detail

namespace MGKIT_NAMESPACE::data::readers {

/// The parser that comes with every installation. A provider has a static `parse(text, events)`
/// that calls `null`, `boolean`, `number(value, integral)`, `string`, `key`, `begin_object`,
/// `end_object`, `begin_array` and `end_array` of `events` in the order of the text, and throws
/// mgkit::error at `events.where()` for anything but valid JSON.
struct nlohmann_json {
    template <class Events>
    static void parse(std::string_view json, Events& events) {
        detail::parsed_events<Events> handed_on(events);
        detail::refuse_fault(io::read_events(json, handed_on), events.where());
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

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/json_events-inl.hpp"
#endif
