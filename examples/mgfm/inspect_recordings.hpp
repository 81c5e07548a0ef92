// SPDX-License-Identifier: MIT
// What is in untrimmed recordings: format, people, rates, joints, gaps.
#pragma once

#include <string>

#include "recordings.hpp"

namespace mgfm {

/// Says what is there, as text or JSON, and draws the skeleton of the longest recording.
/// What is imperfect is told, not refused, unless `options.strict`.
void inspect_recordings(recording_options options, const std::string& json, const std::string& svg,
                        int threads);

}  // namespace mgfm
