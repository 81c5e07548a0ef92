// One fold of a study: both sides, and what is known of them before anything is trained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/digest.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/data/clip_digests.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/feature_table.hpp"
#include "mgkit/study/row.hpp"
#include "mgkit/study/splits.hpp"
#include "mgkit/version.hpp"

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
inline recipe fold_parts(recipe data, const data::split& who) {
    digest sides;
    for (const auto* side : {&who.train, &who.test}) sides.add(std::span<const int>(*side));
    return data.set("trained and tested clips", sides.hex()).set("version", version);
}

/// Fold `number` of clips that are prepared; `data` says what they are, where a digest of their
/// values does not (clips as they were read, before they were prepared).
/// Errors: mgkit::error for a fold that is not there, unlabelled clips.
inline fold fold_of(const data::clip_set& clips, const splits& who, std::size_t number,
                    const recipe& data) {
    if (number >= who.folds.size())
        throw error("study::fold_of", text("a fold below ", who.folds.size()), text(number));
    data::check_labelled(clips);
    const data::split& sides = who.folds[number];
    return {.number = static_cast<int>(number),
            .train = clips.subset(sides.train),
            .test = clips.subset(sides.test),
            .made_of = fold_parts(data, sides)};
}
/// The same of clips that are what their values say. Cost: one pass over them.
inline fold fold_of(const data::clip_set& clips, const splits& who, std::size_t number) {
    return fold_of(clips, who, number, data::recipe_of(data::digests_of(clips)));
}

/// The clips counted from 0 among themselves. Draws are keyed by a clip's id; rows of the folder
/// would let clips that are not trained on decide them.
inline data::clip_set counted(data::clip_set clips) {
    for (std::size_t i = 0; i < clips.ids.size(); ++i) clips.ids[i] = static_cast<std::uint32_t>(i);
    return clips;
}

/// Where a system answers: one fold, one stream, one seed. `at` must outlive it.
struct task {
    const fold& at;
    std::string stream;
    std::uint64_t seed = 0;
};

/// A file of its own for all that a training is made of, never resumed for anything else: the
/// training clips, the version and whatever `training` says. Cost: one pass over the clips.
inline std::string checkpoint_name(const task& t, feature_kind kind, const recipe& training) {
    recipe parts = data::recipe_of(data::digests_of(counted(t.at.train)));
    parts.add(training).set("version", version);
    return text(name(kind), "-", t.stream, "-fold", t.at.number, "-seed", t.seed, "-",
                parts.key().hex().substr(0, 16), ".safetensors");
}

/// Features of both sides, one row per clip, in their order.
struct fold_features {
    data::feature_table train, test;
};

/// The rows of each side from one table of all clips. Errors: a table without one of the clips.
inline fold_features features_of(const data::feature_table& all, const data::split& who) {
    return {all.subset(who.train), all.subset(who.test)};
}

}  // namespace MGKIT_NAMESPACE::study
