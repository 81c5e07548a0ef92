// SPDX-License-Identifier: MIT
// simdjson's documents told to a handler. Included where MGKIT_JSON_SIMDJSON is defined.
#pragma once

#include "mgkit/data/readers/detail/json_handler.hpp"

#if defined(MGKIT_JSON_SIMDJSON)

#include <simdjson.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>

namespace MGKIT_NAMESPACE::data::readers::detail {

/// A document as simdjson lays it down (doc/tape.md there): words with a letter for their type in
/// the top byte; a list or an object begins with the place behind its end, a number is followed by
/// its value, a string says where its text is.
class json_tape {
public:
    explicit json_tape(const simdjson::dom::document& document)
        : tape_(document.tape.get()), strings_(document.string_buf.get()) {}

    /// Puts NaN, Infinity and -Infinity in place of what stands for them; how many there were.
    std::size_t replace(const std::uint64_t (&marks)[3]) const {
        using limits = std::numeric_limits<double>;
        constexpr double values[] = {limits::quiet_NaN(), limits::infinity(), -limits::infinity()};
        std::size_t count = 0;
        for (std::size_t at = 1; type(at) != 'r'; at = behind_word(at)) {
            if (type(at) != 'd') continue;
            for (std::size_t k = 0; k < 3; ++k) {
                if (tape_[at + 1] != marks[k]) continue;
                tape_[at + 1] = std::bit_cast<std::uint64_t>(values[k]);
                ++count;
                break;
            }
        }
        return count;
    }

    /// Tells all of it. Nested at most 64 deep.
    void tell(json_handler& to) const {
        std::uint64_t objects = 0;  // a bit for each open list (0) or object, the innermost last
        for (std::size_t at = 1; type(at) != 'r';) {
            if ((objects & 1) != 0 && type(at) == '"') {
                const bool wanted = to.key(string(at));
                ++at;
                if (!wanted) {
                    at = behind_value(at);
                    continue;
                }
            }
            switch (type(at)) {
                case '{':
                    if (!to.begin_object()) {
                        at = behind_value(at);
                        continue;
                    }
                    objects = objects << 1 | 1;
                    break;
                case '[':
                    if (!to.begin_array()) {
                        at = behind_value(at);
                        continue;
                    }
                    objects <<= 1;
                    at = tell_numbers(to, at + 1);
                    continue;
                case '}':
                    to.end_object();
                    objects >>= 1;
                    break;
                case ']':
                    to.end_array();
                    objects >>= 1;
                    break;
                case 'd':
                    to.number(std::bit_cast<double>(tape_[++at]), false);
                    break;
                case 'l':
                    to.number(static_cast<double>(static_cast<std::int64_t>(tape_[++at])), true);
                    break;
                case 'u':
                    to.number(static_cast<double>(tape_[++at]), true);
                    break;
                case '"':
                    to.string(string(at));
                    break;
                case 'n':
                    to.null();
                    break;
                default:
                    to.boolean(type(at) == 't');
            }
            ++at;
        }
    }

private:
    char type(std::size_t at) const { return static_cast<char>(tape_[at] >> 56); }
    /// Most of a recording is numbers in lists. The place behind them.
    std::size_t tell_numbers(json_handler& to, std::size_t at) const {
        double values[64];
        while (type(at) == 'd') {
            std::size_t count = 0;
            for (; count < std::size(values) && type(at) == 'd'; at += 2)
                values[count++] = std::bit_cast<double>(tape_[at + 1]);
            to.numbers({values, count});
        }
        return at;
    }
    std::size_t behind_word(std::size_t at) const {
        const char kind = type(at);
        return at + (kind == 'd' || kind == 'l' || kind == 'u' ? 2 : 1);
    }
    std::size_t behind_value(std::size_t at) const {
        const char kind = type(at);
        if (kind == '{' || kind == '[') return static_cast<std::uint32_t>(tape_[at]);
        return behind_word(at);
    }
    std::string_view string(std::size_t at) const {
        const std::uint8_t* start = strings_ + (tape_[at] & ((std::uint64_t{1} << 56) - 1));
        std::uint32_t size = 0;
        std::memcpy(&size, start, sizeof size);
        return {reinterpret_cast<const char*>(start) + sizeof size, size};
    }

    std::uint64_t* tape_;
    const std::uint8_t* strings_;
};

/// Numbers that stand for NaN, Infinity and -Infinity; set apart by spaces, so that what is no
/// value of its own stays none.
inline constexpr std::string_view stand_in_texts[] = {
    " -1.7391823456789012e-301 ", " -1.7391823456789012e-302 ", " -1.7391823456789012e-303 "};
inline constexpr std::uint64_t stand_ins[] = {
    std::bit_cast<std::uint64_t>(-1.7391823456789012e-301),
    std::bit_cast<std::uint64_t>(-1.7391823456789012e-302),
    std::bit_cast<std::uint64_t>(-1.7391823456789012e-303)};

/// Copies `text` with stand-ins for NaN and its like outside of strings; how many.
inline std::size_t put_stand_ins(std::string_view text, std::string& out) {
    std::size_t count = 0, copied = 0;
    const auto put = [&](std::size_t from, std::size_t size, std::string_view with) {
        out.append(text, copied, from - copied).append(with);
        copied = from + size;
        ++count;
        return copied - 1;
    };
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (letter == '"')
            in_string = !in_string;
        else if (in_string)
            at += letter == '\\' ? 1 : 0;
        else if (letter == 'N' && text.substr(at, 3) == "NaN")
            at = put(at, 3, stand_in_texts[0]);
        else if (letter == 'I' && text.substr(at, 8) == "Infinity")
            at = put(at, 8, stand_in_texts[1]);
        else if (letter == '-' && text.substr(at, 9) == "-Infinity")
            at = put(at, 9, stand_in_texts[2]);
    }
    if (count > 0) out.append(text, copied);
    return count;
}

/// What simdjson needs for a text, used for one after the other.
class simdjson_room {
public:
    static constexpr std::size_t kept = std::size_t{1} << 18;  ///< largest text that is copied

    /// The document, or none where simdjson refuses the text.
    const simdjson::dom::document* parse(std::string_view text, std::size_t depth) {
        if (text.size() <= kept || !room_behind(text)) {
            copy_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
            copy_ = text;
            text = copy_;
        }
        return padded(text, depth);
    }
    /// The same with NaN and its like as numbers.
    const simdjson::dom::document* parse_python(std::string_view text, std::size_t depth) {
        std::string changed;
        const std::size_t count = put_stand_ins(text, changed);
        if (count == 0) return nullptr;
        changed.reserve(changed.size() + simdjson::SIMDJSON_PADDING);
        const auto* document = padded(changed, depth);
        // One too many: the text has such a number itself.
        if (document && json_tape(*document).replace(stand_ins) != count) return nullptr;
        return document;
    }

private:
    /// `depth` counts lists and objects that are not empty, so one less of them than of all.
    const simdjson::dom::document* padded(std::string_view text, std::size_t depth) {
        if (parser_.capacity() < text.size() || parser_.max_depth() != depth)
            if (parser_.allocate(text.size(), depth)) return nullptr;
        if (parser_.parse(text.data(), text.size(), false).error()) return nullptr;
        return &parser_.doc;
    }
    /// Whether the bytes that simdjson reads behind the text, to no effect, lie in its last page.
    static bool room_behind(std::string_view text) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
        return text.empty();
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || !(defined(__unix__) || defined(__APPLE__))
        return text.empty();
#else
        constexpr std::size_t page = 4096;
        const std::size_t used =
            (reinterpret_cast<std::uintptr_t>(text.data()) + text.size()) % page;
        return used != 0 && used + simdjson::SIMDJSON_PADDING <= page;
#endif
    }

    simdjson::dom::parser parser_;
    std::string copy_;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail

#endif
