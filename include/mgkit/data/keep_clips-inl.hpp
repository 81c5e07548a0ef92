// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/keep_clips.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_INLINE clip_set keep_clips(const clip_set& clips, std::span<const int> kept,
                                 const std::string& where, const std::string& left_out) {
    const auto refuse = [&](const std::string& what) {
        throw error(where, "a usable clip " + what, "none (left out: " + left_out + ")",
                    "add clips that can be used");
    };
    check_arrays(clips);
    check_label_range(clips);
    if (kept.empty()) refuse("at all");
    for (const int i : kept)
        if (i < 0 || i >= clips.size())
            throw error(where, text("clips from 0 to ", clips.size() - 1), text(i));
    std::vector<char> before(clips.class_names.size(), 0), after = before;
    for (const int label : clips.labels) before[static_cast<std::size_t>(label)] = 1;
    for (const int i : kept)
        if (!clips.labels.empty())
            after[static_cast<std::size_t>(clips.labels[static_cast<std::size_t>(i)])] = 1;
    for (std::size_t k = 0; k < before.size(); ++k)
        if (before[k] && !after[k]) refuse("of class \"" + clips.class_names[k] + "\"");
    for (const int value : {0, 1}) {
        if (!clips.published) break;
        const auto& sides = *clips.published;
        const auto stays = [&](int i) { return sides[static_cast<std::size_t>(i)] == value; };
        if (std::find(sides.begin(), sides.end(), value) != sides.end() &&
            std::none_of(kept.begin(), kept.end(), stays))
            refuse(value == 0 ? "in the training split" : "in the test split");
    }
    return clips.subset(kept);
}

}  // namespace MGKIT_NAMESPACE::data
