// SPDX-License-Identifier: MIT
// Everything that is known about a generated recording, in files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/annotations.hpp"
#include "mgkit/data/interview/generator.hpp"
#include "mgkit/io/json_value.hpp"

namespace MGKIT_NAMESPACE::data::interview {

/// Names of the 32 classes, label by label.
std::vector<std::string> class_names();

/// All settings by name, and the version that made something of them.
io::json to_json(const settings& s);

/// Header of cut_ins.csv, and one line per cut-in of a recording.
inline constexpr std::string_view cut_in_columns =
    "recording,start,end,kind,other_subject,replayed_from\n";
std::string cut_in_lines(const interview& one);

/// What both annotators say about a recording, also where they found nothing.
void add_marks(annotations& to, const interview& one);

/// Writes what is known about one recording into `folder`, which is made if it is not there.
///
/// `latent.npy` (3, T, 41) float32, x y z in shoulder widths, unless `latent` is false;
/// `frame_labels.npy` (T) int32, -1 where nothing happens; `segments.csv`, the true segments;
/// `annotators.csv`, what annotators 0 and 1 marked; `cut_ins.csv`; `truth.json` with outcome,
/// split, all parameters and settings, seed and generator version. Each file appears complete or
/// not at all, `truth.json` last.
/// Errors: mgkit::error for a recording without poses, a place that cannot be written.
void write_truth(const std::string& folder, const interview& one, const settings& s,
                 bool latent = true);

}  // namespace MGKIT_NAMESPACE::data::interview

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/interview/truth-inl.hpp"
#endif
