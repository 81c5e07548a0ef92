// SPDX-License-Identifier: MIT
// The version of the library; CMake and the package files read it from here.
#pragma once

#include "mgkit/core/compiler.hpp"

#define MGKIT_VERSION_MAJOR 0
#define MGKIT_VERSION_MINOR 1
#define MGKIT_VERSION_PATCH 0

namespace MGKIT_NAMESPACE {

/// "major.minor.patch" of these headers.
inline constexpr const char* version = "0.1.0";

}  // namespace MGKIT_NAMESPACE
