// SPDX-License-Identifier: MIT
// infrastructure: feeds duration_prior
// Durations that a prior may be made of: annotations of the training side only.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/data/annotations.hpp"
#include "mgkit/data/corpus.hpp"

namespace MGKIT_NAMESPACE::clip {

/// The segments of recordings on the training side, or of all where the corpus has no split.
data::annotations training_side(const data::corpus& corpus, const data::annotations& marks);

/// Durations in seconds of all segments but those of the classes `without`.
///
/// `fps(entry)` gives a recording's frame rate. Errors: mgkit::error for segments of a recording on
/// the test side (durations are something learned: what is tested must not shape them), of one that
/// the corpus does not have, a frame rate that is not above 0, or no segment left.
template <class Rate>
std::vector<double> training_durations(const data::corpus& corpus, const data::annotations& marks,
                                       std::span<const int> without, Rate&& fps) {
    const std::string where = "durations for the prior";
    std::vector<double> out;
    for (const auto& [name, list] : marks.by_recording) {
        const auto entry = std::find_if(
            corpus.entries.begin(), corpus.entries.end(),
            [&wanted = name](const data::corpus_entry& e) { return e.name == wanted; });
        if (entry == corpus.entries.end())
            throw error(where, "recordings of the corpus " + corpus.path, name);
        if (entry->on == data::side::test)
            throw error(where, "annotations of training recordings only",
                        text("recording ", name, " of the test side"),
                        "take its segments out of the prior");
        const double rate = fps(*entry);
        if (!(rate > 0))
            throw error(where, text("the frame rate of ", name), "none",
                        "state it in recordings.csv");
        for (const data::segment& s : list)
            if (std::find(without.begin(), without.end(), s.label) == without.end())
                out.push_back(s.length() / rate);
    }
    if (out.empty()) throw error(where, "at least one annotated gesture", "none");
    return out;
}

/// Durations of 3,089 annotated micro-gestures of SMG (subjects 1 to 35), for corpora without any
/// annotation: bins of 10 frames, 28.5 frames per second (821,056 frames in over 8 hours; the exact
/// rate is not public), 6 longer than 300 frames left out. Source: published statistics of SMG
/// (Chen et al., 2023); ours: the rate.
duration_prior smg_durations();

}  // namespace MGKIT_NAMESPACE::clip

#if !defined(MGKIT_COMPILED)
#include "mgkit/clip/training_durations-inl.hpp"
#endif
