// SPDX-License-Identifier: MIT
// JSON read as a stream of events: nothing is kept but what a handler keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/readers/detail/json_handler.hpp"
#include "mgkit/io/json_events.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Hands the events of any parser to a handler, with skipping of what the handler does not want and
/// a bound on depth.
class json_events final : public io::json_events {
public:
    json_events(json_handler& handler, const std::string& where, std::size_t depth)
        : handler_(handler), where_(where), most_(depth) {}

    const std::string& where() const { return where_; }
    /// For parsers that skip what the handler does not want, and mind `depth()`, by themselves.
    json_handler& handler() { return handler_; }
    std::size_t depth() const { return most_; }

    MGKIT_INLINE void null() override;
    MGKIT_INLINE void boolean(bool value) override;
    void number(double value, bool integral);
    void integer(std::int64_t value) override { number(static_cast<double>(value), true); }
    void natural(std::uint64_t value) override { number(static_cast<double>(value), true); }
    void real(double value) override { number(value, false); }
    void string(std::string_view value);
    void string(std::string& value) override { string(std::string_view(value)); }
    void key(std::string_view name);
    void key(std::string& name) override { key(std::string_view(name)); }
    MGKIT_INLINE void begin_object() override;
    MGKIT_INLINE void begin_array() override;
    MGKIT_INLINE void end_object() override;
    MGKIT_INLINE void end_array() override;

private:
    bool wanted();
    void enter();
    void leave();

    json_handler& handler_;
    const std::string& where_;
    std::size_t most_;
    std::size_t depth_ = 0;
    std::size_t skipping_ = 0;  ///< depth of the value being skipped, 0 for none
    bool skip_value_ = false;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail

namespace MGKIT_NAMESPACE::data::readers {

/// The parser that comes with every installation. A provider has a static `parse(text, events)`
/// that calls `null`, `boolean`, `number(value, integral)`, `string`, `key`, `begin_object`,
/// `end_object`, `begin_array` and `end_array` of `events` in the order of the text, and throws
/// mgkit::error at `events.where()` for anything but valid JSON; NaN, Infinity and -Infinity are
/// taken for numbers.
struct nlohmann_json {
    static void parse(std::string_view json, detail::json_events& events);
};

#if defined(MGKIT_JSON_SIMDJSON)
/// Several times as fast, with the same events and errors. simdjson builds and checks its document
/// first, so values that a handler skips are checked too, and nothing has been handed on where it
/// finds a fault: then `nlohmann_json` reads the text. NaN and its like, which simdjson refuses,
/// are replaced in a copy. Cost: linear; memory for two to three times the text, so text beyond a
/// gibibyte is left to `nlohmann_json`. A thread keeps what texts of up to 256 KiB need, some 4
/// MiB.
struct simdjson_json {
    static void parse(std::string_view json, detail::json_events& events);
};
#endif

/// The parser that readers use unless told otherwise: simdjson where MGKIT_JSON_SIMDJSON is defined
/// (in the compiled form: was, where the library was built), else the one above. Both give the same
/// events and the same errors.
struct default_json {
    static void parse(std::string_view json, detail::json_events& events);
};

namespace detail {

/// A provider's parse.
using json_parser = void (*)(std::string_view json, json_events& events);
template <class Provider>
inline constexpr json_parser parser_of =
    [](std::string_view json, json_events& events) { Provider::parse(json, events); };

/// Bytes of unknown origin in quotes, as printable ASCII, cut to `most` bytes.
std::string printable(std::string_view bytes, std::size_t most = 80);

/// Runs a handler over JSON text. Errors: mgkit::error for syntax, invalid UTF-8, depth, size, and
/// whatever the handler throws. Cost: linear in the text.
void walk_json(json_parser parse, std::string_view json, json_handler& handler,
               const std::string& where);

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/json_events-inl.hpp"
#endif
