// Recordings of whichever format a path holds.
// infrastructure: not itself a reader
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/concept.hpp"
#include "mgkit/data/readers/list.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// A format as people are told of it.
struct format {
    std::string_view name, describes;
};

/// All formats, in the order of the list.
inline std::vector<format> formats() {
    std::vector<format> out;
    all::for_each([&]<class R>(type_tag<R>) { out.push_back({R::name, R::describes}); });
    return out;
}

/// Those that are written too.
inline std::vector<format> written_formats() {
    std::vector<format> out;
    all::for_each([&]<class R>(type_tag<R>) {
        if constexpr (writer<R>) out.push_back({R::name, R::describes});
    });
    return out;
}

namespace detail {

inline std::string known_formats() {
    std::string out = "formats are:";
    for (const auto& [name, describes] : formats())
        out += text(out.back() == ':' ? " " : "; ", name, " (", describes, ")");
    return out;
}

/// Calls `f` with the reader called `name`. Errors: no such reader.
template <class F>
void with_reader(std::string_view name, F&& f) {
    bool found = false;
    all::for_each([&]<class R>(type_tag<R>) {
        if (R::name != name) return;
        found = true;
        f(R{});
    });
    if (!found)
        throw error("format of recordings", "the name of a format", "\"" + std::string(name) + "\"",
                    known_formats());
}

}  // namespace detail

/// Name of the format that `path` has; empty where none fits. Never throws mgkit::error.
inline std::string recognise(const std::string& path) {
    std::string_view found;
    all::for_each([&]<class R>(type_tag<R>) {
        if (found.empty() && R{}.recognises(path)) found = R::name;
    });
    return std::string(found);
}

/// As `recognise`; an mgkit::error that lists the formats where none fits.
inline std::string require_format(const std::string& path) {
    std::string name = recognise(path);
    if (!name.empty()) return name;
    std::error_code code;
    throw error(path.empty() ? "recording" : path, "recordings of a known format",
                std::filesystem::exists(path, code) ? "something else" : "no such file or folder",
                detail::known_formats());
}

/// Names of the recordings at `path`. Errors: unknown format, malformed files.
inline std::vector<std::string> list_any(const std::string& path) {
    std::vector<std::string> out;
    detail::with_reader(require_format(path), [&](const auto& reader) { out = reader.list(path); });
    return out;
}

/// One recording at `path`, everybody in it. Errors: unknown format, malformed files.
inline detections read_any(const std::string& path, std::size_t index = 0,
                           const read_policy& policy = {}) {
    detections out;
    detail::with_reader(require_format(path),
                        [&](const auto& reader) { out = reader.read(path, index, policy); });
    return out;
}

/// Whether the format of `path` follows one person by itself, so that nobody need be chosen.
inline bool follows_one_person(const std::string& path) {
    bool out = false;
    detail::with_reader(require_format(path), [&]<class R>(const R&) {
        if constexpr (requires { R::one_person; }) out = R::one_person;
    });
    return out;
}

/// How names of files of a format end; empty for formats that are folders.
inline std::string extension_of(std::string_view name) {
    std::string_view out;
    detail::with_reader(name, [&]<class R>(const R&) {
        if constexpr (requires { R::extension; }) out = R::extension;
    });
    return std::string(out);
}

/// Writes a recording in the format called `name`. A skeleton that the format does not have is
/// converted to the largest one it has; see the format's `write`. Errors: no such format, one that
/// is only read.
inline void write_as(std::string_view name, const std::string& path, const recording& one) {
    detail::with_reader(name, [&]<class R>(const R& reader) {
        if constexpr (writer<R>)
            reader.write(path, one);
        else
            throw error(path, "a format that is written", text(R::name, ", which is only read"),
                        "take another format");
    });
}

}  // namespace MGKIT_NAMESPACE::data::readers
