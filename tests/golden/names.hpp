// SPDX-License-Identifier: MIT
// Which family a file of recorded numbers belongs to, and which files are left for later.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "golden/runner.hpp"

namespace MGKIT_NAMESPACE::golden {

/// A line of later.txt: files "folder/stem" of this name, or of this beginning where it ends with
/// '*', and the title of the work that they belong to.
struct later_pattern {
    std::string pattern, owner;

    std::string_view beginning() const {
        const std::string_view all = pattern;
        return all.substr(0, all.find('*'));
    }
    bool covers(std::string_view file) const {
        return pattern.ends_with('*') ? file.starts_with(beginning()) : file == pattern;
    }
};

/// Lines "PATTERN TITLE"; blank lines and lines with '#' in front count for nothing.
/// Errors: a line without title, a pattern without a folder or with '*' before its end.
inline std::vector<later_pattern> read_later(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file) throw error(path.string(), "a readable list of what comes later", "none");
    std::vector<later_pattern> out;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.empty() || line[0] == '#') continue;
        const std::size_t end = line.find(' ');
        const std::size_t title = line.find_first_not_of(' ', end);
        const std::string pattern = line.substr(0, end);
        const std::size_t folder = pattern.find('/');
        if (title == std::string::npos || folder == 0 || folder == std::string::npos ||
            pattern.find('*') < pattern.size() - 1)
            throw error(text(path.string(), ":", number),
                        "FOLDER/PREFIX* and a title, '*' only at the end", line);
        out.push_back({pattern, line.substr(title)});
    }
    return out;
}

/// "folder/stem" of a file, which names of families and patterns are compared with.
inline std::string file_name(const std::filesystem::path& file) {
    return file.parent_path().filename().string() + "/" + file.stem().string();
}

/// Whether `name`, "folder/leading_words", is the file's name or ends at one of its '_'.
inline bool leads(std::string_view name, std::string_view file) {
    return file.starts_with(name) && (file.size() == name.size() || file[name.size()] == '_');
}

/// `family` of a config; empty where it states none.
inline std::string stated_family(const io::json& config) {
    const io::json* stated = config.is_object() ? config.find("family") : nullptr;
    return stated != nullptr && stated->is_string() ? stated->get<std::string>() : std::string();
}

/// The known family of a file: the one that its config states, else the one with the longest name
/// "folder/leading_words" that leads the file's; null where there is none.
inline const family* family_of(const std::vector<family>& known, const io::json& config,
                               std::string_view file) {
    const std::string stated = stated_family(config);
    const family* best = nullptr;
    for (const family& one : known) {
        const bool fits =
            stated.empty() ? one.name.find('/') != std::string_view::npos && leads(one.name, file)
                           : one.name == stated;
        if (fits && (best == nullptr || one.name.size() > best->name.size())) best = &one;
    }
    return best;
}

/// Patterns under which files of a known family fall or could fall, one message each.
inline std::vector<std::string> known_after_all(const std::vector<family>& known,
                                                const std::vector<later_pattern>& later) {
    std::vector<std::string> out;
    for (const later_pattern& one : later)
        for (const family& f : known)
            if (f.name.starts_with(one.beginning()) || leads(f.name, one.beginning()))
                out.push_back(one.pattern + " is left for later, but the family " +
                              std::string(f.name) + " is known");
    return out;
}

}  // namespace MGKIT_NAMESPACE::golden
