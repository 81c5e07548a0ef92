// SPDX-License-Identifier: MIT
// Definitions of source.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/data/readers/json_outline.hpp"
#include "mgkit/data/source.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_COLD_INLINE std::string_view name(source_kind kind) {
    switch (kind) {
        case source_kind::nothing:
            return "nothing";
        case source_kind::clips:
            return "clips";
        case source_kind::recording:
        case source_kind::corpus:
            return "recordings";
        case source_kind::features:
            return "features";
        case source_kind::weights:
            return "weights";
        case source_kind::result:
            return "a result";
        case source_kind::unknown:
            break;
    }
    return "something else";
}

namespace detail {

/// Whether the file begins as safetensors do: the size of a JSON header that fits, and its brace.
MGKIT_COLD_INLINE bool begins_as_safetensors(std::string_view text) {
    if (text.size() < 9 || text[8] != '{') return false;
    std::uint64_t header = 0;
    for (std::size_t k = 8; k-- > 0;) header = header << 8 | static_cast<unsigned char>(text[k]);
    return header <= text.size() - 8;
}

/// A folder of clips, complete or not: what lacks is for read_folder to say.
MGKIT_COLD_INLINE bool looks_like_clips(const std::string& path) {
    std::error_code code;
    const auto has = [&](const char* file) {
        return std::filesystem::exists(path + "/" + file, code);
    };
    return has("data.npy") || (has("meta.json") && (has("num_frames.npy") || has("label.npy")));
}

MGKIT_COLD_INLINE source file_at(const std::string& path) {
    const io::mapped_file file(path);
    const std::string_view text = file.text();
    if (text.starts_with("\x93NUMPY"))
        return {source_kind::features,
                "an array of shape " + io::shape_text(io::npy_file(path).shape())};
    if (begins_as_safetensors(text)) return {source_kind::weights, "weights (safetensors)"};
    const auto outline = readers::outline_of_file(path);
    if (outline.root == '{' && outline.has("program") && outline.has("version"))
        return {source_kind::result, "a result of mgfm"};
    return {source_kind::unknown, readers::nearest_format(path)};
}

MGKIT_COLD_INLINE source folder_at(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code code;
    const auto has = [&](const char* file) { return fs::exists(path + "/" + file, code); };
    if (has("recordings.csv")) return {source_kind::corpus, "recordings (recordings.csv)"};
    std::vector<std::string> paths;
    for (fs::directory_iterator at(path, code), end; !code && at != end; at.increment(code))
        paths.push_back(at->path().string());
    std::sort(paths.begin(), paths.end());
    for (const auto& inside : paths)
        if (const std::string format = readers::recognise(inside); !format.empty())
            return {source_kind::corpus, "recordings (" + format + ")"};
    return {source_kind::unknown, readers::nearest_format(path)};
}

}  // namespace detail

MGKIT_COLD_INLINE source source_at(const std::string& path) {
    std::error_code code;
    if (path.find('\0') != std::string::npos || !std::filesystem::exists(path, code))
        return {source_kind::nothing, "no such file or folder"};
    try {
        const bool folder = std::filesystem::is_directory(path, code);
        if (folder && detail::looks_like_clips(path)) return {source_kind::clips, "clips"};
        if (const std::string format = readers::recognise(path); !format.empty())
            return {source_kind::recording, "recordings (" + format + ")"};
        return folder ? detail::folder_at(path) : detail::file_at(path);
    } catch (const error& why) {
        return {source_kind::unknown, text(why.expected(), " expected, ", why.found(), " found")};
    }
}

MGKIT_COLD_INLINE void refuse_other(const std::string& path, source_kind wanted) {
    const source found = source_at(path);
    if (found.kind == wanted || found.kind == source_kind::nothing ||
        found.kind == source_kind::unknown)
        return;
    throw error(path, std::string(name(wanted)), found.words, "check the option and the path");
}

MGKIT_COLD_INLINE void require_clips(const std::string& path) {
    const source found = source_at(path);
    if (found.kind == source_kind::clips) return;
    const bool recordings =
        found.kind == source_kind::recording || found.kind == source_kind::corpus;
    throw error(path,
                "a folder of clips: data.npy, num_frames.npy, label.npy, subject.npy, meta.json",
                found.words,
                recordings ? "make clips of them: mgfm cut, or mgfm sample"
                : found.kind == source_kind::features ? "give features with --features"
                : found.kind == source_kind::weights  ? "give weights with --weights"
                : found.kind == source_kind::nothing  ? "check the path"
                                                      : "see mgfm inspect --help");
}

MGKIT_COLD_INLINE void require_recordings(const std::string& path) {
    const source found = source_at(path);
    if (found.kind == source_kind::recording || found.kind == source_kind::corpus) return;
    throw error(path, "recordings of a known format", found.words,
                found.kind == source_kind::clips ? "clips are cut already: give them with --data"
                : found.kind == source_kind::nothing ? std::string("check the path")
                                                     : readers::detail::known_formats());
}

}  // namespace MGKIT_NAMESPACE::data
