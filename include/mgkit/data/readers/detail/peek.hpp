// SPDX-License-Identifier: MIT
// The beginning of a file, for recognising formats.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>

#include "mgkit/core/error.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Whether `path` is a file whose first megabyte holds one of `words`. Never throws mgkit::error.
inline bool holds_any(const std::string& path, std::initializer_list<std::string_view> words) {
    std::error_code code;
    if (path.find('\0') != std::string::npos || !std::filesystem::is_regular_file(path, code))
        return false;
    try {
        const io::mapped_file file(path);
        const std::string_view start = file.text().substr(0, std::size_t{1} << 20);
        return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
            return start.find(word) != std::string_view::npos;
        });
    } catch (const error&) {
        return false;
    }
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
