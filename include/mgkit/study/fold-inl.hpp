// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/study/fold.hpp"

#include <span>

#include "mgkit/core/digest.hpp"
#include "mgkit/data/clip_digests.hpp"
#include "mgkit/version.hpp"

namespace MGKIT_NAMESPACE::study {

MGKIT_COLD_INLINE recipe fold_parts(recipe data, const data::split& who) {
    digest sides;
    for (const auto* side : {&who.train, &who.test}) sides.add(std::span<const int>(*side));
    return data.set("trained and tested clips", sides.hex()).set("version", version);
}

MGKIT_COLD_INLINE fold fold_of(const data::clip_set& clips, const splits& who, std::size_t number,
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

MGKIT_COLD_INLINE data::clip_set counted(data::clip_set clips) {
    for (std::size_t i = 0; i < clips.ids.size(); ++i) clips.ids[i] = static_cast<std::uint32_t>(i);
    return clips;
}

MGKIT_COLD_INLINE std::string checkpoint_name(const task& t, feature_kind kind,
                                              const recipe& training) {
    recipe parts = data::recipe_of(data::digests_of(counted(t.at.train)));
    parts.add(training).set("version", version);
    return text(name(kind), "-", t.stream, "-fold", t.at.number, "-seed", t.seed, "-",
                parts.key().hex().substr(0, 16), ".safetensors");
}

MGKIT_COLD_INLINE fold fold_of(const data::clip_set& clips, const splits& who, std::size_t number) {
    return fold_of(clips, who, number, data::recipe_of(data::digests_of(clips)));
}

}  // namespace MGKIT_NAMESPACE::study
