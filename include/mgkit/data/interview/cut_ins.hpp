// SPDX-License-Identifier: MIT
// Stretches in which the recording shows something else than the interview.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include "mgkit/core/random.hpp"
#include "mgkit/data/interview/detail/distributions.hpp"
#include "mgkit/data/interview/settings.hpp"

namespace MGKIT_NAMESPACE::data::interview {

/// Visibility rejects the first kind only; the others are marked in the truth so that this shows.
enum class cut_in_kind { nobody, another_person, replay };

constexpr std::string_view name(cut_in_kind kind) {
    constexpr std::string_view names[] = {"nobody", "another_person", "replay"};
    return names[static_cast<int>(kind)];
}

/// Frames [start, end).
struct cut_in {
    int start = 0, end = 0;
    cut_in_kind kind = cut_in_kind::nobody;
    int other_subject = -1;  ///< who is seen instead; another_person only
    int replayed_from = -1;  ///< first frame that is repeated; replay only

    int frames() const { return end - start; }
};

/// People who are only cut in have ids from here on, apart from everyone interviewed.
inline constexpr int first_visitor = 10000000;
inline constexpr int visitors = 40;

/// Draws the cut-ins of one recording, apart from each other. A replay repeats earlier frames of
/// its own recording that are no cut-in; where there are none, somebody else is shown.
inline std::vector<cut_in> draw_cut_ins(const settings& s, int frames, random_stream random) {
    const double per_second = random.uniform(0, s.cut_ins_high) / 60;
    std::vector<cut_in> out;
    for (const double t : detail::arrivals(random, per_second, frames / frame_rate)) {
        cut_in c;
        c.start = static_cast<int>(t * frame_rate);
        c.end = std::min<int>(frames, c.start + 1 +
                                          static_cast<int>(detail::exponential(
                                              random, s.cut_in_seconds * frame_rate)));
        c.kind = static_cast<cut_in_kind>(random.below(3));
        const int visitor = first_visitor + static_cast<int>(random.below(visitors));
        const double place = random.uniform();
        if (!out.empty() && c.start <= out.back().end) continue;
        if (c.kind == cut_in_kind::replay) {
            const int latest = c.start - c.frames();
            c.replayed_from = latest >= 0 ? static_cast<int>(place * (latest + 1)) : -1;
            for (const cut_in& before : out)
                if (before.start < c.replayed_from + c.frames() && c.replayed_from < before.end)
                    c.replayed_from = -1;
            if (c.replayed_from < 0) c.kind = cut_in_kind::another_person;
        }
        if (c.kind == cut_in_kind::another_person) c.other_subject = visitor;
        out.push_back(c);
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::interview
