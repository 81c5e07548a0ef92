// SPDX-License-Identifier: MIT
// The digest by which files are published: SHA-256.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE {

/// SHA-256 of these bytes, 64 hexadecimal digits in lower case, as `sha256sum` prints it. For what
/// stays within the library `digest` is faster. Source: FIPS 180-4. Cost: one pass, some 200 MB/s.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace MGKIT_NAMESPACE

#if !defined(MGKIT_COMPILED)
#include "mgkit/core/sha256-inl.hpp"
#endif
