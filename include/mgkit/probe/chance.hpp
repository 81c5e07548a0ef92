// SPDX-License-Identifier: MIT
// What answers reach that do not look at the clip, and whether a score differs from it.
#pragma once

#include <cstdint>
#include <span>

#include "mgkit/metric/bootstrap.hpp"

namespace MGKIT_NAMESPACE::probe {

/// Where a score lies beside the interval of chance.
enum class standing { below, at_chance, above };

/// "below chance", "at chance", "above chance".
constexpr const char* name(standing s) {
    constexpr const char* words[] = {"below chance", "at chance", "above chance"};
    return words[static_cast<int>(s)];
}

/// The scores that `trials` independent answers reach, each right with probability `share`:
/// estimate = share, low and high = quantiles (1 - level) / 2 and (1 + level) / 2 of the exact
/// binomial distribution, over the trials; `groups` is the trials. Both ends are scores that occur,
/// and belong to the interval.
///
/// Clips of one recording are not independent: where a recording has many, scores by chance spread
/// further than this says.
/// Errors: mgkit::error for no trials, a share outside [0, 1], a level outside (0, 1).
/// Cost: trials.
metric::interval chance_interval(double share, std::int64_t trials, double level = 0.95);

/// The same for clips whose classes are `truth`; the share is that of the most frequent class, the
/// best that can be answered without a look. Where every class is as frequent it is 1 / classes; a
/// nearest neighbour that knows nothing stays below it where they are not.
/// Errors: mgkit::error for no clips, a class outside [0, classes).
metric::interval chance_of(std::span<const int> truth, int classes, double level = 0.95);

/// `score` is a share of as many trials as `chance` has.
standing standing_of(double score, const metric::interval& chance);

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/chance-inl.hpp"
#endif
