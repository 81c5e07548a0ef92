// SPDX-License-Identifier: MIT
// Whether there is a file to go on from.
// infrastructure
#pragma once

#include <string>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::io {

/// Whether a file of that name exists. One that cannot be read counts: it must lead to an error,
/// not to a fresh start that replaces it.
bool file_exists(const std::string& path);

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/file_exists-inl.hpp"
#endif
