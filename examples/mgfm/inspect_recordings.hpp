// What is in untrimmed recordings: format, people, rates, joints, gaps.
#pragma once

#include <string>

namespace mgfm {

/// Whether `path` is a recording or a corpus of recordings rather than a folder of clips.
bool holds_recordings(const std::string& path);

/// Says what is there, as text or JSON, and draws the skeleton of the longest recording.
void inspect_recordings(const std::string& path, const std::string& json, const std::string& svg,
                        int threads);

}  // namespace mgfm
