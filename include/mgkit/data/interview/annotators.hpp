// SPDX-License-Identifier: MIT
// What two people write down about the gestures of one recording.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "mgkit/core/random.hpp"
#include "mgkit/data/interview/cut_ins.hpp"
#include "mgkit/data/interview/detail/distributions.hpp"
#include "mgkit/data/interview/micro_gestures.hpp"
#include "mgkit/data/interview/schedule.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data::interview {

/// The gestures themselves.
inline std::vector<segment> truth_of(const std::vector<event>& events) {
    std::vector<segment> out;
    out.reserve(events.size());
    for (const event& e : events) out.push_back({e.start, e.end, e.label, 0});
    return out;
}

/// Annotator 0 sees what the recording shows and errs in nothing: the true segments, without those
/// of which cut-ins cover more than half.
inline std::vector<segment> first_annotator(const std::vector<segment>& truth,
                                            const std::vector<cut_in>& cut_ins) {
    std::vector<segment> out;
    for (const segment& s : truth) {
        int covered = 0;
        for (const cut_in& c : cut_ins)
            covered += std::max(0, std::min(s.end, c.end) - std::max(s.start, c.start));
        if (2 * covered <= s.length()) out.push_back({s.start, s.end, s.label, 0});
    }
    return out;
}

/// Annotator 1: other boundaries, some gestures missed, some given another class of their group (or
/// of any, where the group has no other). Randomness: `random`.
inline std::vector<segment> second_annotator(const settings& s, const std::vector<segment>& first,
                                             int frames, const random_stream& random) {
    std::vector<segment> out;
    for (std::size_t i = 0; i < first.size(); ++i) {
        random_stream draw = random.fork("second annotator", static_cast<std::uint32_t>(i));
        const bool missed = draw.uniform() < s.missed_share;
        const bool swapped = draw.uniform() < s.swapped_share;
        const auto moved = [&](int frame) {
            return frame +
                   static_cast<int>(std::lround(s.boundary_deviation * frame_rate * draw.normal()));
        };
        segment seen = first[i];
        seen.annotator = 1;
        seen.start = std::clamp(moved(seen.start), 0, frames - 1);
        seen.end = std::clamp(moved(seen.end), seen.start + 1, frames);
        if (swapped) {
            const auto group = micro_gestures[static_cast<std::size_t>(seen.label)].group;
            std::array<double, class_count> weights{};
            for (const bool same_group : {true, false}) {
                double sum = 0;
                for (int k = 0; k < class_count; ++k) {
                    const auto& other = micro_gestures[static_cast<std::size_t>(k)];
                    const bool fits = k != seen.label && (!same_group || other.group == group);
                    weights[static_cast<std::size_t>(k)] = fits ? other.count : 0;
                    sum += weights[static_cast<std::size_t>(k)];
                }
                if (sum > 0) break;
            }
            seen.label = static_cast<int>(detail::choose(draw, weights));
        }
        if (!missed) out.push_back(seen);
    }
    std::sort(out.begin(), out.end(), [](const segment& a, const segment& b) {
        return a.start < b.start || (a.start == b.start && a.end < b.end);
    });
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::interview
