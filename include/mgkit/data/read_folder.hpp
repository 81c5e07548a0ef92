// SPDX-License-Identifier: MIT
// A folder of arrays and meta.json, checked and mapped.
#pragma once

#include <string>

#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/read_policy.hpp"

namespace MGKIT_NAMESPACE::data {

struct loaded_folder {
    clip_set clips;
    read_report report;
};

/// Reads a clip folder.
///
/// Layout: `data.npy` (N, C, T, V, M) of numbers; `num_frames.npy`, `label.npy`, `subject.npy` (N)
/// of integers, also where they are stored as floats, and subjects by name (see `number_names`);
/// where present `view.npy` and `split.npy` (N; 0 train, 1 test); `meta.json` (see
/// `parse_folder_meta`). Other files are ignored. Frames at or beyond num_frames are padding and
/// never looked at. Arrays may be in Fortran order or big-endian. Channels not named in meta.json
/// are read as xy (2), xyz (3) or xyzc (4), which a note reports; a third that looks like a score
/// has to be named. Float data stays in the mapped file where nothing may be missing; where zeros
/// or NaN are declared to mark missing joints it is copied, with a confidence channel added where
/// the layout has none (1 valid, 0 invalid), also if no joint is missing. Clips with no frame or no
/// valid joint are left out and reported; without confidence a clip whose every value is 0 has no
/// visible joint. Classes not named are called "class k". Errors: mgkit::error for a missing folder
/// or file, unreadable arrays, shapes that disagree, a joint count other than the skeleton's,
/// num_frames outside [0, T], labels outside the class list, split values other than 0 and 1, NaN
/// or infinity under `reject`; and when leaving clips out empties the set, a class or a side of the
/// split. Randomness: none. Cost: one pass over the values.
loaded_folder read_folder(const std::string& folder, const read_policy& policy = {});

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/read_folder-inl.hpp"
#endif
