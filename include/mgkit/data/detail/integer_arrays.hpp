// SPDX-License-Identifier: MIT
// Integers of .npy files, also where they were saved as floats or are names.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/number_names.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data::detail {

/// Elements [first, first + count) of an array, which may be stored as floats of whole values.
/// Errors: mgkit::error for other numbers, with the NumPy call that mends them.
std::vector<int> whole_numbers(const io::npy_file& file, std::size_t first, std::size_t count);
std::vector<int> whole_numbers(const io::npy_file& file);

/// A list of `count` integers, called `what` in errors; a column of them is a list, too.
std::vector<int> read_integer_list(const std::string& path, std::size_t count,
                                   const std::string& what);

/// As `read_integer_list`; texts are numbered by `number_names`, and numbers have no names.
numbered_names read_numbers_or_names(const std::string& path, std::size_t count,
                                     const std::string& what);

}  // namespace MGKIT_NAMESPACE::data::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/detail/integer_arrays-inl.hpp"
#endif
