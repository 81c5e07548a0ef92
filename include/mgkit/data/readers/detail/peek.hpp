// The beginning of a file, for recognising formats.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Whether `path` is a file whose first megabyte holds one of `words`. Never throws mgkit::error.
bool holds_any(const std::string& path, std::initializer_list<std::string_view> words);

}  // namespace MGKIT_NAMESPACE::data::readers::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/peek-inl.hpp"
#endif
