// SPDX-License-Identifier: MIT
// Who trains and who is tested: splits that never share a person, but by a name that says so.
#pragma once

#include <span>
#include <vector>

#include "mgkit/data/clip_set.hpp"

namespace MGKIT_NAMESPACE::data {

/// Indices into one clip_set, in rising order. The functions below guarantee that both sides have
/// clips and, but for `split_sharing_people`, that no subject is on both.
struct split {
    std::vector<int> train, test;
    std::vector<int> unseen_classes;  ///< tested but never trained: their clips cannot be right;
                                      ///< none of unlabelled clips
    std::vector<int> shared_people = {};  ///< subjects on both sides, sorted
};

/// The subjects of `indices`, sorted, each once. Errors: mgkit::error for arrays that have not one
/// entry per clip, an index out of range.
std::vector<int> subjects_of(const clip_set& clips, std::span<const int> indices);

/// All indices of a set.
std::vector<int> all_of(const clip_set& clips);

/// Tests on the clips of `test_subjects`, trains on the rest.
/// Errors: mgkit::error for a subject without clips, a side without clips.
split split_by_subjects(const clip_set& clips, std::span<const int> test_subjects);

/// The split that the makers of the set published.
/// Errors: mgkit::error if there is none, a side is empty, or a subject is on both sides.
split published_split(const clip_set& clips);

/// Sorted subjects in turn: the first trains, the second is tested, and so on.
/// Errors: mgkit::error for fewer than two subjects.
split every_other_subject(const clip_set& clips);

/// Splits `indices` into folds of whole subjects: fold g tests on the g-th stretch of the sorted
/// subjects (sizes differ by one at most; 10 subjects in 5 folds are tested in pairs) and trains on
/// the others among `indices`.
/// Errors: mgkit::error for fewer than two folds or fewer subjects than folds.
std::vector<split> subject_folds(const clip_set& clips, std::span<const int> indices, int folds);
std::vector<split> subject_folds(const clip_set& clips, int folds);

/// Folds of the training subjects, for choosing settings without looking at the test side: at most
/// `folds`, fewer where there are fewer subjects.
/// Errors: mgkit::error if the training side has one subject only.
std::vector<split> inner_folds(const clip_set& clips, const split& outer, int folds = 5);

/// A split that may have people on both sides, for published protocols that define it so (see
/// study/shared_people.hpp). `sides` has one entry per clip: 0 trains, 1 is tested, -1 neither.
/// Scores on it say nothing about unseen people: `shared_people` belongs beside them.
/// Errors: mgkit::error for entries that are not one per clip or none of the three, a side without
/// clips.
split split_sharing_people(const clip_set& clips, std::span<const int> sides);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/split-inl.hpp"
#endif
