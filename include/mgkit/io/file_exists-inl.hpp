// SPDX-License-Identifier: MIT
// Definitions of file_exists.hpp.
#pragma once

#include <cerrno>
#include <cstdio>

#include "mgkit/io/file_exists.hpp"

namespace MGKIT_NAMESPACE::io {

MGKIT_COLD_INLINE bool file_exists(const std::string& path) {
    if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
        std::fclose(file);
        return true;
    }
    return errno != ENOENT;
}

}  // namespace MGKIT_NAMESPACE::io
