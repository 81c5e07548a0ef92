// SPDX-License-Identifier: MIT
// Files that are not part of the project: parity files in $MGKIT_GOLDEN_DIR, data sets in
// $MGKIT_DATA_DIR. A case that does not find its files ends with skip(...).
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// What lies at `path` below the folder of real files that the environment names, if it does and is
/// no empty folder; else "".
inline std::string real_files(const char* variable, const std::string& path = ".") {
    const char* folder = std::getenv(variable);
    if (folder == nullptr || *folder == '\0') return "";
    const auto found = std::filesystem::path(folder) / path;
    std::error_code none;
    const bool there = std::filesystem::exists(found, none);
    return there && !std::filesystem::is_empty(found, none) ? found.string() : "";
}

/// Files below a folder whose names end so; none below "".
inline std::vector<std::string> files_below(const std::string& folder, std::string_view ending) {
    std::vector<std::string> out;
    if (folder.empty()) return out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().extension() == ending) out.push_back(entry.path().string());
    return out;
}
