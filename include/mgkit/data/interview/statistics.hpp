// SPDX-License-Identifier: MIT
// What a synthetic corpus turned out to be: figures that are reported, never tuned.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "mgkit/data/interview/generator.hpp"

namespace MGKIT_NAMESPACE::data::interview {

struct corpus_statistics {
    int recordings = 0, subjects = 0;
    int test_recordings = 0, test_subjects = 0;
    int wins = 0, test_wins = 0;  ///< of all recordings, of the test side
    double hours = 0;
    int events = 0;
    int left_out = 0;          ///< gestures drawn for which a recording had no room
    double occupancy = 0;      ///< share of frames in which at least one gesture happens
    double overlap_share = 0;  ///< of gestures that begin during another
    double mean_duration = 0, shortest = 0, longest = 0;  ///< seconds
    double duration_ks = 0;  ///< Kolmogorov-Smirnov distance to duration_distribution
    std::array<int, class_count> count{};

    double share(int label) const {
        return events > 0 ? static_cast<double>(count[static_cast<std::size_t>(label)]) / events
                          : 0;
    }
    double win_share() const { return recordings > 0 ? static_cast<double>(wins) / recordings : 0; }
};

/// Largest difference between the shares of `seconds` and duration_distribution. Gestures last
/// whole frames, so each length stands for the half frame on either side. Cost: n log n.
inline double duration_distance(std::vector<double> seconds) {
    if (seconds.empty()) return 0;
    std::sort(seconds.begin(), seconds.end());
    double out = 0;
    for (std::size_t i = 0; i < seconds.size(); ++i) {
        if (i + 1 < seconds.size() && seconds[i + 1] == seconds[i]) continue;
        const double expected = duration_distribution(seconds[i] + 0.5 / frame_rate);
        const double found = static_cast<double>(i + 1) / static_cast<double>(seconds.size());
        out = std::max(out, std::abs(found - expected));
    }
    return out;
}

/// Figures of all recordings of a corpus, from their plans alone: no pose is made.
/// Cost: linear in the gestures; thousands of recordings a second.
inline corpus_statistics statistics(const generator& corpus) {
    corpus_statistics out;
    std::set<int> subjects, tested;
    std::vector<double> lengths;
    double frames = 0, busy = 0;
    int overlapping = 0;
    for (int i = 0; i < corpus.size(); ++i) {
        const plan p = corpus.plan_of(i);
        ++out.recordings;
        subjects.insert(p.who.id);
        out.wins += p.result == outcome::win ? 1 : 0;
        if (p.test_split) {
            ++out.test_recordings;
            tested.insert(p.who.id);
            out.test_wins += p.result == outcome::win ? 1 : 0;
        }
        frames += p.frames;
        out.left_out += p.script.wanted - static_cast<int>(p.script.events.size());
        overlapping += p.script.overlapping;
        int until = 0;
        for (const event& e : p.script.events) {
            ++out.events;
            ++out.count[static_cast<std::size_t>(e.label)];
            lengths.push_back(e.seconds());
            busy += std::max(0, e.end - std::max(until, e.start));
            until = std::max(until, e.end);
        }
    }
    out.subjects = static_cast<int>(subjects.size());
    out.test_subjects = static_cast<int>(tested.size());
    out.hours = frames / frame_rate / 3600;
    out.occupancy = frames > 0 ? busy / frames : 0;
    if (lengths.empty()) return out;
    out.overlap_share = static_cast<double>(overlapping) / out.events;
    for (const double seconds : lengths) out.mean_duration += seconds / out.events;
    out.shortest = *std::min_element(lengths.begin(), lengths.end());
    out.longest = *std::max_element(lengths.begin(), lengths.end());
    out.duration_ks = duration_distance(std::move(lengths));
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::interview
