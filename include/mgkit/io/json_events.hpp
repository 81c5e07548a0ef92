// SPDX-License-Identifier: MIT
// JSON text as a stream of events.
// infrastructure
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::io {

/// Receives the parts of a JSON text in the order in which they stand. Strings may be moved out.
class json_events {
public:
    virtual void null() = 0;
    virtual void boolean(bool value) = 0;
    virtual void integer(std::int64_t value) = 0;   ///< written with a minus
    virtual void natural(std::uint64_t value) = 0;  ///< written without
    virtual void real(double value) = 0;            ///< finite, unless the text may hold others
    virtual void string(std::string& value) = 0;
    virtual void key(std::string& name) = 0;
    virtual void begin_object() = 0;
    virtual void end_object() = 0;
    virtual void begin_array() = 0;
    virtual void end_array() = 0;

protected:
    ~json_events() = default;
};

/// Why text is not JSON.
struct json_fault {
    std::string reason;        ///< in words; empty: none
    std::string token;         ///< what was read last
    std::size_t position = 0;  ///< bytes read
};

/// Which numbers text may hold.
enum class json_numbers : std::uint8_t {
    finite,  ///< JSON's
    python   ///< also NaN, Infinity and -Infinity in these spellings, as Python writes them
};

/// Reads `text` and calls `to`, until the end or the first fault, which is returned: syntax,
/// invalid UTF-8, numbers beyond double, a zero byte. What `to` throws passes through. Cost: linear
/// in the text; memory for the open arrays and objects, a bit each.
[[nodiscard]] json_fault read_events(std::string_view text, json_events& to,
                                     json_numbers numbers = json_numbers::finite);

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/json_events-inl.hpp"
#endif
