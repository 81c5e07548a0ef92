// SPDX-License-Identifier: MIT
// What the results of mgfm are made of: parts by which they are found again, or refused.
#pragma once

#include <string>

#include "mgkit/core/digest.hpp"
#include "mgkit/core/recipe.hpp"
#include "pipeline.hpp"
#include "sampling.hpp"

namespace mgfm {

/// The clips as they were read, array by array, before they are prepared.
mgkit::recipe data_parts(const corpus& from);

/// How clips are read and prepared; `reference` instead of the option's, where `auto` was decided.
mgkit::recipe preparation_parts(const data_options& options, const std::string& reference);

/// Some prepared clips of the corpus, as they were read.
mgkit::recipe read_parts(const corpus& from, const mgkit::data::clip_set& clips);

/// What a sampler makes clips from: the bytes of the recordings and of all that describes them, its
/// settings, the version. Paths do not count. Cost: one pass over the recordings.
mgkit::recipe sampled_parts(const recording_options& recordings, const sampling_options& sampling,
                            const clip_output& output);

/// "name: words; name: words": a recipe on one line, and read from it.
std::string line_of(const mgkit::recipe& parts);
mgkit::recipe parts_of(const std::string& line);

/// The bytes of a file. Errors: no readable file.
mgkit::digest digest_of_file(const std::string& path);

}  // namespace mgfm
