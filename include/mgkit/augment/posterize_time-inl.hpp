// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/posterize_time.hpp"

#include <algorithm>

#include "mgkit/augment/draws.hpp"
#include "mgkit/augment/index_set.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE posterize_time::plan posterize_time::draw(random_stream& stream,
                                                       const clip_info& info) const {
    detail::check_setting(name, "edge", edge, 0, .5);
    detail::check_setting(name, "pieces", pieces, 1, most_pieces);
    const int kept = std::max(1, static_cast<int>(edge * info.length));
    const int between = info.length - 2 * kept;
    plan p;
    if (between < 1) return p;
    p.pieces = std::min(pieces, between);
    const index_set cuts = draw_subset(stream, kept + 1, between - 1, p.pieces - 1);
    std::size_t j = 0;
    p.boundaries[j++] = kept;
    for (int t = kept + 1; t < kept + between; ++t)
        if (cuts.contains(t)) p.boundaries[j++] = t;
    p.boundaries[j] = kept + between;
    return p;
}

MGKIT_INLINE void posterize_time::check(const plan& p, int frames) {
    detail::check_setting(name, "pieces of the plan", p.pieces, 0, most_pieces);
    if (p.pieces == 0) return;
    const auto begin = p.boundaries.begin(), end = begin + p.pieces + 1;
    if (*begin < 0 || *(end - 1) > frames || !std::is_sorted(begin, end))
        throw error("augment::posterize_time", text("boundaries that rise within ", frames),
                    text(*begin, " to ", *(end - 1)), "draw the plan for this clip");
}

}  // namespace MGKIT_NAMESPACE::augment
