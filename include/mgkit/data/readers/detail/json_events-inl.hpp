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
    const io::json_fault fault = io::read_events(json, events);
    if (fault.reason.empty()) return;
    const bool letter = fault.token.ends_with('N') || fault.token.ends_with('I');
    throw error(events.where(), "valid JSON", detail::printable(fault.reason, 200),
                text("see byte ", fault.position,
                     letter ? "; JSON has no NaN or Infinity: write null" : ""));
}

}  // namespace MGKIT_NAMESPACE::data::readers
