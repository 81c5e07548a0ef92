// SPDX-License-Identifier: MIT
// What --views says.
#pragma once

#include <string>
#include <vector>

#include "mgkit/augment/stage_list.hpp"
#include "mgkit/data/clip_set.hpp"

namespace mgfm {

/// What one view of a clip undergoes before it has `frames` frames. `words`: "reference", "mg", or
/// stages by their names, which follow on the whole clip; `min_crop` as in `shortest_crop`.
/// Errors: mgkit::error for names that no stage has, stages that refuse the skeleton.
mgkit::augment::stage_list policy_of(const std::string& words, const mgkit::data::clip_set& clips,
                                     int frames, int min_crop);

/// Empty where `policy_of` knows all of the words, else what is wrong with them.
std::string wrong_views(const std::string& words);

/// Names of stages that --views takes beside "none".
std::vector<std::string> stage_names();

}  // namespace mgfm
