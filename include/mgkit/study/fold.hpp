// SPDX-License-Identifier: MIT
// One fold of a study: both sides, and what is known of them before anything is trained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mgkit/core/recipe.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/feature_table.hpp"
#include "mgkit/study/row.hpp"
#include "mgkit/study/splits.hpp"

namespace MGKIT_NAMESPACE::study {

/// Both sides of one fold. Whatever prepares clips by what the training side shows says so in
/// `chosen` and `made_of`.
struct fold {
    int number = 0;  ///< from 0
    data::clip_set train, test;
    std::vector<setting> chosen = {};  ///< by the training side; a part of each row
    recipe made_of = {};  ///< the clips, who is on which side, the version; a part of each row's

    int classes() const { return train.classes(); }
};

/// What every row of a fold is made of: the clips as `data` says, who is on which side, the
/// version.
recipe fold_parts(recipe data, const data::split& who);

/// Fold `number` of clips that are prepared; `data` says what they are, where a digest of their
/// values does not (clips as they were read, before they were prepared).
/// Errors: mgkit::error for a fold that is not there, unlabelled clips.
fold fold_of(const data::clip_set& clips, const splits& who, std::size_t number,
             const recipe& data);
/// The same of clips that are what their values say. Cost: one pass over them.
fold fold_of(const data::clip_set& clips, const splits& who, std::size_t number);

/// The clips counted from 0 among themselves. Draws are keyed by a clip's id; rows of the folder
/// would let clips that are not trained on decide them.
data::clip_set counted(data::clip_set clips);

/// Where a system answers: one fold, one stream, one seed. `at` must outlive it.
struct task {
    const fold& at;
    std::string stream;
    std::uint64_t seed = 0;
};

/// A file of its own for all that a training is made of, never resumed for anything else: the
/// training clips, the version and whatever `training` says. Cost: one pass over the clips.
std::string checkpoint_name(const task& t, feature_kind kind, const recipe& training);

/// Features of both sides, one row per clip, in their order.
struct fold_features {
    data::feature_table train, test;
};

/// The rows of each side from one table of all clips. Errors: a table without one of the clips.
inline fold_features features_of(const data::feature_table& all, const data::split& who) {
    return {all.subset(who.train), all.subset(who.test)};
}

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/fold-inl.hpp"
#endif
