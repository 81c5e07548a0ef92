// SPDX-License-Identifier: MIT
// Definitions of json_events.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/limits.hpp"
#include "mgkit/io/json_events.hpp"
#include "mgkit/io/json_value.hpp"
#if defined(MGKIT_JSON_SIMDJSON)
#include "mgkit/data/readers/detail/json_simdjson.hpp"
#endif

namespace MGKIT_NAMESPACE::data::readers {

namespace detail {

MGKIT_INLINE std::string printable(std::string_view bytes, std::size_t most) {
    return io::json(bytes.substr(0, most)).shown(true);
}

MGKIT_INLINE void json_events::null() {
    if (wanted()) handler_.null();
}
MGKIT_INLINE void json_events::boolean(bool value) {
    if (wanted()) handler_.boolean(value);
}
MGKIT_INLINE void json_events::number(double value, bool integral) {
    if (wanted()) handler_.number(value, integral);
}
MGKIT_INLINE void json_events::string(std::string_view value) {
    if (wanted()) handler_.string(value);
}
MGKIT_INLINE void json_events::begin_object() {
    enter();
    if (skipping_ == 0 && !handler_.begin_object()) skipping_ = depth_;
}
MGKIT_INLINE void json_events::begin_array() {
    enter();
    if (skipping_ == 0 && !handler_.begin_array()) skipping_ = depth_;
}
MGKIT_INLINE void json_events::end_object() {
    if (skipping_ == 0) handler_.end_object();
    leave();
}
MGKIT_INLINE void json_events::end_array() {
    if (skipping_ == 0) handler_.end_array();
    leave();
}
MGKIT_INLINE void json_events::key(std::string_view name) {
    if (skipping_ == 0) skip_value_ = !handler_.key(name);
}

MGKIT_INLINE bool json_events::wanted() {
    if (skipping_ != 0) return false;
    if (!skip_value_) return true;
    skip_value_ = false;
    return false;
}
MGKIT_INLINE void json_events::enter() {
    if (depth_ == most_)
        throw error(where_, text("JSON nested at most ", most_, " deep"), "deeper nesting");
    ++depth_;
    if (skip_value_) {
        skip_value_ = false;
        skipping_ = depth_;
    }
}
MGKIT_INLINE void json_events::leave() {
    if (skipping_ == depth_) skipping_ = 0;
    --depth_;
}

MGKIT_INLINE void walk_json(json_parser parse, std::string_view json, json_handler& handler,
                            const std::string& where) {
    constexpr limits most;
    if (json.size() > most.bytes)
        throw error(where, text("JSON of at most ", most.bytes, " bytes"), text(json.size()),
                    "cut the recording into parts");
    json_events events(handler, where, most.depth);
    parse(json, events);
}

}  // namespace detail

MGKIT_INLINE void nlohmann_json::parse(std::string_view json, detail::json_events& events) {
    const io::json_fault fault = io::read_events(json, events, io::json_numbers::python);
    if (fault.reason.empty()) return;
    throw error(events.where(), "valid JSON", detail::printable(fault.reason, 200),
                text("see byte ", fault.position));
}

#if defined(MGKIT_JSON_SIMDJSON)
MGKIT_INLINE void simdjson_json::parse(std::string_view json, detail::json_events& events) {
    constexpr std::size_t most = std::size_t{1} << 30;
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    std::string_view text = json;
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const auto try_in = [&](detail::simdjson_room& room) {
        const auto* document = room.parse(text, events.depth());
        if (!document) document = room.parse_python(text, events.depth());
        if (!document) return false;
        detail::json_tape(*document).tell(events.handler());
        return true;
    };
    bool done = false;
    if (text.size() <= detail::simdjson_room::kept) {
        thread_local detail::simdjson_room room;
        done = try_in(room);
    } else if (text.size() <= most) {
        detail::simdjson_room room;
        done = try_in(room);
    }
    if (!done) nlohmann_json::parse(json, events);
}
#endif

MGKIT_INLINE void default_json::parse(std::string_view json, detail::json_events& events) {
#if defined(MGKIT_JSON_SIMDJSON)
    simdjson_json::parse(json, events);
#else
    nlohmann_json::parse(json, events);
#endif
}

}  // namespace MGKIT_NAMESPACE::data::readers
