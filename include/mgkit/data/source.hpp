// SPDX-License-Identifier: MIT
// What lies at a path: recordings, clips, features, weights, a result.
// infrastructure
#pragma once

#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data {

enum class source_kind {
    nothing,    ///< no such file or folder
    clips,      ///< a folder of clips (read_folder)
    recording,  ///< one file or folder of a known format
    corpus,     ///< a folder of recordings (open_corpus)
    features,   ///< an array in .npy
    weights,    ///< a safetensors file
    result,     ///< JSON that a command wrote
    unknown
};

/// "clips", "recordings", ...
std::string_view name(source_kind kind);

struct source {
    source_kind kind = source_kind::nothing;
    std::string words;  ///< "recordings (mmpose)", "an array of shape 12 x 128"; of unknown files
                        ///< the nearest known format and the first difference
};

/// Looks at names, first bytes and structure, never at a whole file; a folder that holds clips and
/// recordings counts as clips. Never throws mgkit::error. Cost: for a folder as many files as lie
/// before the first recording.
source source_at(const std::string& path);

/// Refuses what is plainly of another kind than `wanted`, such as clips where weights are asked
/// for; what is unknown or damaged is left to the reader of that kind.
void refuse_other(const std::string& path, source_kind wanted);

/// Refuses anything but clips, or recordings, at a path, in one line that says what lies there and
/// which command takes it.
void require_clips(const std::string& path);
void require_recordings(const std::string& path);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/source-inl.hpp"
#endif
