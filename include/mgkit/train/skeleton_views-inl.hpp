// SPDX-License-Identifier: MIT
// Definitions of skeleton_views.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "mgkit/data/clip_digests.hpp"
#include "mgkit/train/skeleton_views.hpp"

namespace MGKIT_NAMESPACE::train::detail {

MGKIT_INLINE std::string describe(const skeleton::pose_shape& s) {
    return text(skeleton::name(s.layout), ", ", s.frames, " frames, ", s.joints, " joints, ",
                s.persons, " persons");
}

MGKIT_INLINE clip_rows::clip_rows(const data::clip_set& clips, const encode::clip_input& input,
                                  const skeleton::pose_shape& made)
    : clips_(clips), input_(input) {
    if (clips.size() < 2)
        throw error("fit", "two or more clips", text(clips.size()), "add recordings");
    clips.labels.empty() ? data::check(clips) : data::check_labelled(clips);
    if (made != input.view_shape())
        throw error("fit", text("views of ", describe(input.view_shape()), " for the encoder"),
                    describe(made), "give the crop and the encoder's input the same frames");
}

MGKIT_INLINE source_row clip_rows::row(int i) const {
    const auto k = static_cast<std::size_t>(i);
    return {clips_.ids.at(k), 0, clips_.num_frames.at(k)};
}

MGKIT_INLINE std::vector<field> clip_rows::fields(std::size_t views) const {
    const auto e = input_.extents();
    std::vector<field> out{{"clips",
                            field_type::real,
                            {e.channels, e.frames, e.joints, e.persons},
                            static_cast<int>(views)}};
    if (!clips_.labels.empty()) out.push_back({"labels", field_type::integer});
    return out;
}

MGKIT_INLINE recipe clip_rows::made_of(const std::string& views) const {
    recipe out = data::recipe_of(data::digests_of(clips_));
    out.set("input", encode::input_text(input_));
    out.set("views", views);
    return out;
}

MGKIT_INLINE void clip_rows::identify(std::span<const int> rows, std::size_t views,
                                      host_batch& out) const {
    out.identities.resize(views * rows.size());
    for (std::size_t k = 0; k < views; ++k)
        for (std::size_t i = 0; i < rows.size(); ++i)
            out.identities[k * rows.size() + i] = {
                clips_.ids[static_cast<std::size_t>(rows[i])],
                static_cast<std::uint32_t>(k +
                                           views * (i < out.repeats.size() ? out.repeats[i] : 0)) %
                    256};
    if (clips_.labels.empty()) return;
    std::transform(rows.begin(), rows.end(), out.integers("labels").begin(),
                   [&](int i) { return clips_.labels[static_cast<std::size_t>(i)]; });
}

}  // namespace MGKIT_NAMESPACE::train::detail
