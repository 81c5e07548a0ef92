// SPDX-License-Identifier: MIT
// infrastructure: from recordings to what training reads
// Windows of recordings as a set of clips.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// A recording and windows in it: sampled ones, annotated ones, or a sliding window's.
struct windows_of {
    const data::recording* from = nullptr;
    std::vector<data::segment> windows;
};

/// How windows become clips.
struct clip_settings {
    int frames = 64;  ///< of a clip; longer windows are resampled to as many
    double rate = 0;  ///< frames per second of all clips; 0: the one rate that all recordings have
    /// Of labelled clips; empty for clips without the windows' labels.
    std::vector<std::string> class_names{};
};

/// A set of clips and which window each was made of.
struct window_clips {
    data::clip_set clips;
    struct place {
        std::size_t recording;  ///< in the list that was handed in
        data::segment window;
    };
    std::vector<place> places;  ///< in the order of the clips
    int without_joint = 0;      ///< windows left out because they show no joint
    int resampled = 0;          ///< clips that are longer than `frames` at the rate
};

/// Every window as a clip (see `cut`), numbered in order; subjects are the recordings'. Windows
/// that show no joint are left out and counted.
///
/// Errors: no recording, no window left, recordings of different skeletons or channels, frame rates
/// that differ where `rate` is 0, unknown subjects, a label outside `class_names`; those of `cut`.
/// Randomness: none. Cost: the clips' memory, C T V for each.
window_clips clips_of(std::span<const windows_of> recordings, const clip_settings& s);

}  // namespace MGKIT_NAMESPACE::clip

#if !defined(MGKIT_COMPILED)
#include "mgkit/clip/clips_of-inl.hpp"
#endif
