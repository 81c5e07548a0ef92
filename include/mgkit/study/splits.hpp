// SPDX-License-Identifier: MIT
// Who trains and who is tested, in one fold or in several.
#pragma once

#include <string>
#include <vector>

#include "mgkit/data/split.hpp"

namespace MGKIT_NAMESPACE::study {

/// The folds of a study, and in words who is tested.
struct splits {
    std::vector<data::split> folds;
    std::string words;
};

/// At most one of these; none is the published split, or where there is none folds of whole
/// subjects, five or as many as there are people.
struct split_request {
    std::vector<int> test_subjects = {};
    int folds = 0;           ///< of whole subjects
    bool alternate = false;  ///< every other subject is tested
};

/// The splits that are asked for; no subject is ever on both sides of a fold. Protocols that share
/// people are reached by their own names only (study/shared_people.hpp).
/// Errors: mgkit::error for several kinds of split at once, and where the clips do not allow it
/// (see data::split_by_subjects, subject_folds, every_other_subject and published_split).
splits choose_splits(const data::clip_set& clips, const split_request& asked = {});

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/splits-inl.hpp"
#endif
