// SPDX-License-Identifier: MIT
// What a score must beat: answers and features that need no training.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "mgkit/core/random.hpp"
#include "mgkit/data/feature_table.hpp"
#include "mgkit/probe/result.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::probe {

using clip_view = skeleton::pose_view<const float>;
using data::feature_table;

/// Answers every test clip with the most frequent training class (ties: lowest index). Scores are
/// the class shares of the training side, so that top-5 means the five most frequent classes.
/// Errors: no labels on either side, labels out of range.
evaluation majority(std::span<const int> train_labels, std::span<const int> test_labels,
                    int classes);

/// The labels in random order (Fisher-Yates; stage "shuffled_labels" of the key): class shares
/// stay, what they say about a clip is gone. A system that learns from them must fall to chance,
/// otherwise the split or the protocol leaks.
std::vector<int> shuffled_labels(std::span<const int> labels, const random_key& key);

namespace detail {

/// Throws unless clips share joints, persons and layout with the first, and are finite and
/// non-empty wherever they are valid.
void check_clips(std::string_view where, std::span<const clip_view> clips);

}  // namespace detail

/// Mean, standard deviation and mean speed of every joint and coordinate: posture, amount and pace
/// of movement, without any order in time.
///
/// Columns: for each of the three statistics, for each coordinate, for each joint, for each person
/// (3 * coordinates * V * M). Over the valid frames of a joint only; deviation is the population's;
/// speed is the mean absolute change between consecutive frames in which the joint is valid, per
/// frame. A joint that is never valid gives 0. Sums in double. Cost T V M C per clip.
/// Errors: no clips, clips of different joints, no frames, non-finite coordinates.
feature_table summary_features(std::span<const clip_view> clips);

/// The coordinates themselves, flattened (coordinate, frame, joint, person): the features that an
/// encoder must improve on. Clips come resampled to one length, every frame of which is valid.
/// Invalid joints give 0; confidence is left out. Cost T V M C per clip.
/// Errors: as summary_features; clips of different length or with padding.
feature_table raw_features(std::span<const clip_view> clips);

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/baseline-inl.hpp"
#endif
