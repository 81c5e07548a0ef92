// SPDX-License-Identifier: MIT
// Nearest neighbour under dynamic time warping: the strong baseline without any learning.
#pragma once

#include <span>
#include <vector>

#include "mgkit/core/context.hpp"
#include "mgkit/probe/baseline.hpp"

namespace MGKIT_NAMESPACE::probe {

struct dtw_settings {
    double band = 0.1;   ///< half width of the Sakoe-Chiba band, as a share of the longer clip
    int max_frames = 0;  ///< longer clips keep this many frames, evenly spaced; 0 keeps all
};

/// For each query, its nearest training clip.
struct dtw_result {
    std::vector<int> predicted;    ///< label of the neighbour
    std::vector<int> neighbour;    ///< index into the training clips; -1 if none is comparable
    std::vector<double> distance;  ///< per step of the alignment; infinite if none is comparable
};

/// Dynamic time warping distance of two clips of any length with the same joints.
///
/// Sum of Euclidean frame distances along the cheapest alignment, diagonal steps counted twice,
/// over the added lengths (the symmetric form without slope constraint), so that lengths do not
/// decide. The band follows the diagonal between the two lengths and is at least one frame wide.
/// Missing joints: a pair of frames is compared on the joints that both have, scaled to all of
/// them; frames without any joint are left out; infinite if no alignment avoids frames without a
/// common joint. Symmetric; 0 for a clip and itself. Sums in double.
/// Source: Sakoe and Chiba, "Dynamic programming algorithm optimization for spoken word
/// recognition" (1978); deviation: the band follows the diagonal.
/// Cost: band * T^2 * V M C. Errors: as dtw_nearest.
double dtw_distance(const clip_view& a, const clip_view& b, const dtw_settings& settings = {});

/// Labels every query with the label of its nearest training clip under dtw_distance.
///
/// Ties go to the lowest training index. Candidates are visited by the bound that their first and
/// last frames give, and abandoned once they cannot win: the result is that of the full search.
/// A query that can be compared with no training clip gets neighbour -1 and the majority label.
/// Parallel over queries with the same result for any number of threads. Cost at most
/// queries * clips * band * T^2 * V M C, usually a fraction of it; memory a copy of all frames.
/// Errors: no clips, other joints or layout, non-finite coordinates, one label per training clip
/// in [0, classes) missing, band outside [0, 1].
dtw_result dtw_nearest(const context& ctx, std::span<const clip_view> train,
                       std::span<const int> train_labels, int classes,
                       std::span<const clip_view> queries, const dtw_settings& settings = {});

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/baseline_dtw-inl.hpp"
#endif
