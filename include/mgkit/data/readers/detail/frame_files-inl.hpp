// SPDX-License-Identifier: MIT
// Definitions of frame_files.hpp.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/detail/frame_files.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/limits.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

MGKIT_INLINE frame_file frame_file_of(const std::string& path, std::string_view ending) {
    frame_file out{path, stem(path, ending)};
    std::size_t start = out.recording.size();
    while (start > 0 && out.recording[start - 1] >= '0' && out.recording[start - 1] <= '9') --start;
    if (start < out.recording.size()) {
        out.number = 0;
        for (const char digit : out.recording.substr(start))
            out.number = std::min<std::int64_t>(out.number * 10 + (digit - '0'), 1'000'000'000'000);
        out.recording.resize(start);
        while (!out.recording.empty() && out.recording.back() == '_') out.recording.pop_back();
    }
    return out;
}

MGKIT_INLINE std::vector<frame_file> frame_files(const std::string& folder,
                                                 std::string_view ending) {
    std::vector<frame_file> out;
    std::error_code code;
    std::filesystem::directory_iterator entry(folder, code), end;
    for (; !code && entry != end; entry.increment(code)) {
        const std::string name = entry->path().filename().string();
        if (name.size() > ending.size() && name.ends_with(ending))
            out.push_back(frame_file_of(entry->path().string(), ending));
        if (static_cast<std::int64_t>(out.size()) > limits{}.frames)
            throw error(folder, text("at most ", limits{}.frames, " frames"), "more");
    }
    if (code) throw error(folder, "a readable folder", code.message(), "check the name");
    std::sort(out.begin(), out.end(), [](const frame_file& a, const frame_file& b) {
        if (a.recording != b.recording) return a.recording < b.recording;
        return a.number != b.number ? a.number < b.number : a.path < b.path;
    });
    return out;
}

MGKIT_INLINE bool names_pictures(std::string_view recording) {
    std::string plain;
    for (const char c : recording)
        if (std::isalpha(static_cast<unsigned char>(c)) != 0)
            plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        else if (c != '_' && c != '-' && c != '.' && c != ' ')
            return false;
    for (const std::string_view word : {"", "frame", "img", "image", "pic", "picture", "im"})
        if (plain == word) return true;
    return false;
}

MGKIT_INLINE std::string_view without_picture_ending(std::string_view name) {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return name;
    std::string ending;
    for (const char c : name.substr(dot + 1))
        ending += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const std::string_view known : {"jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff", "ppm"})
        if (ending == known) return name.substr(0, dot);
    return name;
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
