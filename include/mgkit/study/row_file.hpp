// SPDX-License-Identifier: MIT
// Rows of a study in a file, from which a study that was stopped goes on.
#pragma once

#include <string>

#include "mgkit/core/recipe.hpp"
#include "mgkit/study/rows.hpp"

namespace MGKIT_NAMESPACE::study {

/// The rows of a study in the file `path`, written anew, whole or not at all, with each row that is
/// added; an empty path keeps them in memory.
///
/// `study` is what the whole study is made of (settings in words; which rows are asked for does not
/// count), `data` the parts of it without which no row can be used again: the clips, the version.
/// Rows of other data are dropped; rows of a finished study of other settings stay for those who
/// are made of the same. `notes` of what is returned say so. `elsewhere` tells whoever is refused
/// how to ask for another file. Errors: mgkit::error for rows of a study of other settings that was
/// not finished, with both descriptions; for a damaged file, one that cannot be read and one that
/// cannot be written.
row_store open_rows(const std::string& path, const recipe& study, const recipe& data,
                    const std::string& elsewhere = "name another file");

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/row_file-inl.hpp"
#endif
