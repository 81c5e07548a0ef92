// SPDX-License-Identifier: MIT
// Published protocols that have the same people on both sides, each by its own name.
#pragma once

#include <span>

#include "mgkit/data/clip_set.hpp"
#include "mgkit/study/splits.hpp"

namespace MGKIT_NAMESPACE::study {

/// How many subjects have clips in both sets.
int shared_people(const data::clip_set& train, const data::clip_set& test);

// Each function below gives one fold whose people are on both sides as far as the clips have them
// there; `words` and `folds[0].shared_people` say how many. A score says how well people who were
// seen in training are recognised again, from another camera, in another room, on another day;
// every row of a study carries the number. Nothing else in the library makes such a split.

/// NTU RGB+D, cross-view: cameras 2 and 3 train, camera 1 is tested. All 40 people of the full set
/// are on both sides, and so is every performance, seen by all three cameras.
/// Errors: mgkit::error for clips without views, a view other than 1 to 3, a side without clips.
/// Source: Shahroudy et al., CVPR 2016; 37,920 and 18,960 clips.
splits ntu_cross_view(const data::clip_set& clips);

/// NTU RGB+D 120, cross-setup: even setups train, odd ones are tested. `setups` has one number per
/// clip, from 1 (the S of the files' names).
/// Errors: mgkit::error for setups that are not one per clip or below 1, a side without clips.
/// Source: Liu et al., TPAMI 2020.
splits ntu_cross_setup(const data::clip_set& clips, std::span<const int> setups);

/// Northwestern-UCLA, cross-view: views 1 and 2 train, view 3 is tested; all ten people and every
/// performance are on both sides.
/// Errors: as ntu_cross_view. Source: Wang et al., CVPR 2014.
splits nw_ucla_cross_view(const data::clip_set& clips);

/// iMiGUE, win or loss of a match: the makers list 102 videos that train and 100 that are tested,
/// and players are in both lists. `videos` has the video of each clip; clips of videos in neither
/// list are left out. The lists are the makers' to give: none is built in, and lists of other
/// lengths are taken, as videos vanish; `words` says how many had clips.
/// Errors: mgkit::error for videos that are not one per clip, a video in both lists or twice in
/// one, a side without clips. Source: Liu et al., CVPR 2021.
splits imigue_videos(const data::clip_set& clips, std::span<const int> videos,
                     std::span<const int> trained, std::span<const int> tested);

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/shared_people-inl.hpp"
#endif
