// SPDX-License-Identifier: MIT
// Definitions of any.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/data/readers/concept.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/json_outline.hpp"
#include "mgkit/data/readers/list.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::data::readers {

MGKIT_INLINE std::vector<format> formats() {
    std::vector<format> out;
    all::for_each([&]<class R>(type_tag<R>) { out.push_back({R::name, R::describes}); });
    return out;
}

MGKIT_INLINE std::vector<format> written_formats() {
    std::vector<format> out;
    all::for_each([&]<class R>(type_tag<R>) {
        if constexpr (writer<R>) out.push_back({R::name, R::describes});
    });
    return out;
}

namespace detail {

MGKIT_INLINE std::string known_formats() {
    std::string out = "formats are";
    for (const auto& format : formats())
        out += text(out.ends_with("are") ? " " : ", ", format.name);
    return out;
}

}  // namespace detail

MGKIT_INLINE std::string recognise(const std::string& path) {
    std::string_view found;
    all::for_each([&]<class R>(type_tag<R>) {
        if (found.empty() && R{}.recognises(path)) found = R::name;
    });
    return std::string(found);
}

namespace detail {

MGKIT_INLINE std::string folder_in_words(const std::string& path) {
    std::map<std::string, int> endings;
    std::error_code code;
    std::filesystem::directory_iterator at(path, code), end;
    int seen = 0;
    for (; !code && at != end && seen < 10'000; at.increment(code), ++seen) {
        std::error_code ignored;
        const bool folder = at->is_directory(ignored);
        const std::string ending = at->path().extension().string();
        ++endings[folder ? "folders" : ending.empty() ? "files without an ending" : ending];
    }
    if (code) return "a folder that cannot be read";
    if (endings.empty()) return "an empty folder";
    std::vector<std::pair<int, std::string>> counts;
    for (const auto& [ending, count] : endings) counts.emplace_back(-count, ending);
    std::sort(counts.begin(), counts.end());
    std::string out = "a folder of ";
    for (std::size_t i = 0; i < counts.size() && i < 4; ++i) {
        const std::string ending = printable(counts[i].second, 30);
        out += text(i > 0 ? ", " : "", -counts[i].first, " ", ending.substr(1, ending.size() - 2));
    }
    return out;
}

MGKIT_INLINE std::string file_in_words(const std::string& path) {
    const io::mapped_file file(path);
    const std::string_view all = file.text();
    if (all.empty()) return "an empty file";
    const auto outline = outline_of_file(path);
    if (outline.root != 0) return outline.words();
    const std::string_view line = all.substr(0, std::min<std::size_t>(all.find('\n'), 1 << 16));
    if (!std::all_of(line.begin(), line.end(), [](char c) {
            return static_cast<unsigned char>(c) >= 32 || c == '\t' || c == '\r';
        }))
        return all.starts_with("\x93NUMPY") ? "a single .npy array" : "no text";
    for (const char separator : {',', ';', '\t'}) {
        const auto fields = std::count(line.begin(), line.end(), separator);
        if (fields > 0)
            return text("a CSV of ", fields + 1, " fields",
                        separator == ','   ? ""
                        : separator == ';' ? ", separated by semicolons"
                                           : ", separated by tabs");
    }
    return "text that is neither JSON nor CSV";
}

}  // namespace detail

MGKIT_INLINE std::string nearest_format(const std::string& path) {
    std::string out;
    try {
        std::error_code code;
        if (path.find('\0') != std::string::npos || !std::filesystem::exists(path, code)) return {};
        out = std::filesystem::is_directory(path, code)      ? detail::folder_in_words(path)
              : std::filesystem::is_regular_file(path, code) ? detail::file_in_words(path)
                                                             : "neither a file nor a folder";
    } catch (const error&) {
        return "a file that cannot be read";
    }
    std::string nearest;
    all::for_each([&]<class R>(type_tag<R>) {
        if constexpr (requires { R::almost(path); }) {
            const std::string difference = R::almost(path);
            if (!difference.empty())
                nearest +=
                    text(nearest.empty() ? "; nearest: " : "; or ", R::name, ": ", difference);
        }
    });
    return out + nearest;
}

MGKIT_INLINE std::string require_format(const std::string& path) {
    std::string name = recognise(path);
    if (!name.empty()) return name;
    std::error_code code;
    throw error(path.empty() ? "recording" : path, "recordings of a known format",
                path.find('\0') == std::string::npos && std::filesystem::exists(path, code)
                    ? nearest_format(path)
                    : "no such file or folder",
                detail::known_formats());
}

MGKIT_INLINE std::vector<std::string> list_any(const std::string& path) {
    std::vector<std::string> out;
    detail::with_reader(require_format(path), [&](const auto& reader) { out = reader.list(path); });
    return out;
}

MGKIT_INLINE detections read_any(const std::string& path, std::size_t index,
                                 const read_policy& policy) {
    detections out;
    detail::with_reader(require_format(path),
                        [&](const auto& reader) { out = reader.read(path, index, policy); });
    return out;
}

MGKIT_INLINE bool follows_one_person(const std::string& path) {
    bool out = false;
    detail::with_reader(require_format(path), [&]<class R>(const R&) {
        if constexpr (requires { R::one_person; }) out = R::one_person;
    });
    return out;
}

MGKIT_INLINE std::string extension_of(std::string_view name) {
    std::string_view out;
    detail::with_reader(name, [&]<class R>(const R&) {
        if constexpr (requires { R::extension; }) out = R::extension;
    });
    return std::string(out);
}

MGKIT_INLINE void write_as(std::string_view name, const std::string& path, const recording& one) {
    detail::with_reader(name, [&]<class R>(const R& reader) {
        if constexpr (writer<R>)
            reader.write(path, one);
        else
            throw error(path, "a format that is written", text(R::name, ", which is only read"),
                        "take another format");
    });
}

}  // namespace MGKIT_NAMESPACE::data::readers
