// SPDX-License-Identifier: MIT
// Definitions of folder_in_progress.hpp.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "mgkit/core/error.hpp"
#include "mgkit/io/folder_in_progress.hpp"

namespace MGKIT_NAMESPACE::io {

MGKIT_COLD_INLINE folder_in_progress::folder_in_progress(const std::string& target)
    : target_(target) {
    std::string stem = target;
    while (stem.size() > 1 && stem.back() == '/') stem.pop_back();
    std::error_code code;
    for (int k = 0; k < 1000; ++k) {
        path_ = stem + ".tmp" + std::to_string(k);
        if (std::filesystem::create_directory(path_, code)) return;
        if (code) break;
    }
    path_.clear();
    throw error(target, "a place for a new folder", code ? code.message() : "1000 unfinished ones",
                "create the folder above it, or check the permissions");
}

MGKIT_COLD_INLINE folder_in_progress::~folder_in_progress() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

MGKIT_COLD_INLINE void folder_in_progress::publish() {
    std::error_code code;
    std::filesystem::rename(path_, target_, code);
    if (code) throw error(target_, "a writable folder", code.message());
    path_.clear();
}

}  // namespace MGKIT_NAMESPACE::io
