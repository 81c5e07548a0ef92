// SPDX-License-Identifier: MIT
// Definitions of skelemixclr.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "mgkit/core/error.hpp"
#include "mgkit/core/row_scope.hpp"
#include "mgkit/pretext/skelemixclr.hpp"

namespace MGKIT_NAMESPACE::pretext {

MGKIT_INLINE void skelemixclr_contrast::check_pastes(const settings& s) {
    const auto sound = [](const paste_settings& p) {
        return p.least_parts >= 1 && p.most_parts >= p.least_parts && p.least_frames >= 1 &&
               p.most_frames >= p.least_frames && p.repeats >= 0 && p.weight >= 0;
    };
    if (s.pastes.empty() || s.pastes.size() + 1 > loss::most_views_inside ||
        !std::all_of(s.pastes.begin(), s.pastes.end(), sound))
        throw error(name,
                    text("1 to ", loss::most_views_inside - 1,
                         " pastes of one part and one frame or more, the least not above the most, "
                         "repeats and weights not below 0"),
                    settings_text(s.pastes));
}

MGKIT_INLINE paste_plan plan_of(const paste_draw& from) {
    const char* const where = skelemixclr_contrast::name;
    const paste_settings& s = from.how->pastes[static_cast<std::size_t>(from.query)];
    const auto joints = static_cast<std::size_t>(from.joints);
    std::vector<int> part_of = from.how->part_of;
    if (part_of.empty()) {
        const auto runs = std::min<std::size_t>(5, joints);
        for (std::size_t v = 0; v < joints; ++v)
            part_of.push_back(static_cast<int>(v * runs / joints));
    }
    const int parts = part_of.empty() ? 0 : *std::max_element(part_of.begin(), part_of.end()) + 1;
    if (part_of.size() != joints || parts < 2)
        throw error(where, text("a part for each of ", joints, " joints, of two or more"),
                    settings_text(part_of), "state part_of, of the skeleton that clips are of");
    if (from.rows < 2) throw error(where, "batches of two clips or more", text(from.rows));
    const row_window rows = rows_at_work(where, from.ctx->rows.size(), from.window,
                                         static_cast<std::size_t>(from.rows));
    random_stream draws = row_draws(*from.ctx, rows, 0, name_hash("pretext::skelemixclr"))
                              .fork("mixture", static_cast<std::uint32_t>(from.repeat));
    const auto between = [&draws](extent least, extent most) {
        return least +
               static_cast<extent>(draws.below(static_cast<std::uint32_t>(most - least + 1)));
    };
    const auto within = [&](int least, int most, extent room) {
        const extent top = std::min<extent>(most, room);
        return between(std::min<extent>(least, top), top);
    };
    paste_plan out;
    out.shift = between(1, std::max<extent>(1, from.rows - 2));
    std::vector<int> order(static_cast<std::size_t>(parts));
    std::iota(order.begin(), order.end(), 0);
    const auto chosen = static_cast<std::size_t>(within(s.least_parts, s.most_parts, parts - 1));
    for (std::size_t i = 0; i < chosen; ++i)
        std::swap(order[i], order[i + draws.below(static_cast<std::uint32_t>(order.size() - i))]);
    for (const int part : part_of)
        out.joints.push_back(std::find(order.begin(),
                                       order.begin() + static_cast<std::ptrdiff_t>(chosen),
                                       part) == order.begin() + static_cast<std::ptrdiff_t>(chosen)
                                 ? 0
                                 : 1);
    out.count = within(s.least_frames, s.most_frames, from.frames);
    out.first = between(0, from.frames - out.count);
    return out;
}

}  // namespace MGKIT_NAMESPACE::pretext
