// SPDX-License-Identifier: MIT
// mgfm embed of recordings: features of windows of gesture length.
#pragma once

#include <string>

#include "recordings.hpp"

namespace mgfm {

/// What is embedded, and where to.
struct recording_embedding {
    recording_options how;  ///< its corpus is what is read
    std::string weights;    ///< empty: the encoder of the library whose joints fit best
    std::string out;        ///< empty: NAME.features.npy in the current folder
    std::string json;
    int threads = 1;
};

/// "talk.features.npy" for "folder/talk.json".
std::string features_name(const std::string& input);

/// Writes the features of windows of two seconds, one every second, over each recording, and
/// NAME.windows.csv with recording, start and end of each row. Windows across a change of the
/// person in view, or that cannot be prepared, are left out and counted. Errors: recordings that no
/// encoder of the library fits; those of reading, of the encoder, and of the first recording where
/// none could be embedded.
void embed_recordings(recording_embedding o);

}  // namespace mgfm
