// SPDX-License-Identifier: MIT
// One person over the whole of a recording, and the intervals somebody marked in it.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

/// How the match ended for the person interviewed: a recorded fact, not a state of mind.
enum class outcome { loss, win };

/// Frames [start, end) of a recording, with a class. Frames count from 0 at the recording's rate.
struct segment {
    int start = 0;
    int end = 0;
    int label = 0;
    int annotator = 0;

    constexpr int length() const { return end - start; }
    friend constexpr bool operator==(const segment&, const segment&) = default;
};

/// Whether frames [start, end) lie on both sides of one of `cuts`, which rise: frames at which
/// another body begins (see primary_report::cuts). Cost: log cuts.
bool runs_across(std::span<const int> cuts, int start, int end);

/// An untrimmed recording of one person: C T V M with M = 1, every frame present.
///
/// Joints that were not seen have confidence 0 and coordinates 0; a layout without confidence says
/// that every joint was seen.
struct recording {
    std::string name;  ///< unique in its corpus; random draws are keyed by it
    int subject = -1;  ///< -1 unknown
    double fps = 0;    ///< frames per second; 0 unknown
    std::optional<outcome> result;
    skeleton::dynamic topology;
    skeleton::pose<float> poses;
    int width = 0, height = 0;        ///< of the picture, pixels; 0 unknown
    bool confidence_assumed = false;  ///< nobody measured it: 1 where a joint is there

    int frames() const { return poses.length(); }
    double seconds() const { return fps > 0 ? frames() / fps : 0; }
};

/// Errors: mgkit::error for a recording without frames, with several persons, or whose joints are
/// not those of its skeleton. Cost: constant.
void check(const recording& r);

/// Gives a recording without confidence a channel of it, 1 everywhere, so that recordings of one
/// corpus agree; one with confidence stays as it is. Cost: C T V.
void add_confidence(recording& r);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/recording-inl.hpp"
#endif
