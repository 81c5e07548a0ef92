// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/clip/training_durations.hpp"

#include <array>
#include <cstddef>

namespace MGKIT_NAMESPACE::clip {

MGKIT_INLINE data::annotations training_side(const data::corpus& corpus,
                                             const data::annotations& marks) {
    data::annotations out;
    out.class_names = marks.class_names;
    for (const auto& entry : corpus.entries)
        if (entry.on == data::side::train || !corpus.has_split())
            if (const auto list = marks.of(entry.name); !list.empty())
                out.by_recording[entry.name].assign(list.begin(), list.end());
    return out;
}

MGKIT_INLINE duration_prior smg_durations() {
    constexpr double rate = 28.5;
    constexpr std::array<double, 30> counts{23, 279, 543, 499, 451, 302, 231, 196, 119, 108,
                                            74, 72,  45,  35,  26,  16,  15,  9,   13,  2,
                                            5,  1,   4,   2,   4,   0,   2,   2,   2,   3};
    std::array<double, counts.size() + 1> edges{};
    for (std::size_t b = 0; b < edges.size(); ++b) edges[b] = 10.0 * static_cast<double>(b) / rate;
    return duration_prior::from_histogram(edges, counts);
}

}  // namespace MGKIT_NAMESPACE::clip
