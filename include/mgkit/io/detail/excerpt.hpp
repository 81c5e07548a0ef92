// SPDX-License-Identifier: MIT
// Bytes of unknown origin made fit for one line of an error message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::io::detail {

/// `text` in single quotes: printable ASCII as it is, every other byte as \xNN, long text cut.
std::string excerpt(std::string_view text, std::size_t limit = 80);

}  // namespace MGKIT_NAMESPACE::io::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/detail/excerpt-inl.hpp"
#endif
