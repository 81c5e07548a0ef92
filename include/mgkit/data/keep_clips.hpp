// Leaving clips out without emptying a class or a side of the split.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/clip_set.hpp"

namespace MGKIT_NAMESPACE::data {

/// The clips `kept` of a set, in that order.
///
/// Leaving out is refused where it would empty the set, a class that has clips, or a side of the
/// published split that has clips. `where` and `left_out` ("3 without frames") speak in the error.
/// Unlabelled clips have no classes to empty. Errors: also mgkit::error for arrays that have not
/// one entry per clip, labels outside the classes, an index out of range. Cost: N.
inline clip_set keep_clips(const clip_set& clips, std::span<const int> kept,
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
