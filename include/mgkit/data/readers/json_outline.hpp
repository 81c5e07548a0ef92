// SPDX-License-Identifier: MIT
// The shape of JSON text, by which formats are told apart.
// infrastructure: not itself a reader
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// Which keys stand where in the beginning of JSON text, as paths: "frames[].pose_landmarks[].x";
/// "[]" is the elements of a list, so that "[][]" is a list of lists.
struct json_outline {
    char root = 0;                   ///< '{', '[', or 0 where the text begins with neither
    std::vector<std::string> paths;  ///< in order of appearance, each once

    bool has(std::string_view path) const;
    /// For messages: "an object with 'version', 'people'", "a list of objects with 'keypoints'".
    std::string words() const;
};

/// Outline of the first 256 KiB; reading ends earlier where nothing new turns up. Broken text has
/// the outline of what stands before the fault. Cost: at most some milliseconds.
json_outline outline_of(std::string_view text);

/// Of a file; empty for anything that is no readable file. Never throws mgkit::error.
json_outline outline_of_file(const std::string& path);

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/json_outline-inl.hpp"
#endif
