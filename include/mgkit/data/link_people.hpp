// SPDX-License-Identifier: MIT
// Detections of single frames linked into people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"

namespace MGKIT_NAMESPACE::data {

/// How people are linked over frames and which of them is meant.
struct primary_rule {
    double visible = 0.3;      ///< joints above this confidence measure size and distance
    double max_step = 0.5;     ///< body scales that the median joint may move in a frame
    int max_gap_frames = 5;    ///< a person unseen for more frames starts a new track
    int min_track_frames = 5;  ///< shorter tracks yield to longer ones, whatever their size
};

/// One person over time: the detections it consists of.
struct person_track {
    std::vector<std::pair<int, std::size_t>> at;  ///< (frame, person), frames rising
    double scale = 0;                             ///< median body scale

    int start() const { return at.front().first; }
    int last() const { return at.back().first; }
};

struct linked_people {
    std::vector<person_track> tracks;  ///< in the order of appearance
    int joins = 0;                     ///< changes of id within a track
    int splits = 0;                    ///< times an id left its track for another body
    std::int64_t ids_ignored = 0;      ///< people whose id others of the frame have too
    findings found;
};

/// Links people into continuous tracks, unseen for at most `max_gap_frames` at a time.
///
/// Track ids are hints. An id that several people of a frame have is none there, and none at all
/// where that happens in more than a twentieth of its frames. Whom a track may take: similar in
/// size (spread of the joints visible in both within a factor of 2), and whose median joint moved
/// at most `max_step` body scales per frame, over a gap as much for each frame but at most 2 body
/// scales. For the track of its own id twice as far; for one of another id half as far and no
/// farther over a gap, since two ids speak for two people. An id whose track is within half a
/// step holds. The rest are matched together: each link is worth 1 - distance / limit, times 1 -
/// log2(size ratio), divided by the frames since; half of that where ids differ, and 1 more where
/// they agree within the limit of people without; the largest sum wins, equal sums by order.
/// Who is taken by no track begins one. Counted: ids ignored, changes of id joined, ids that jumped
/// to another body (split), and people without id among others with one.
/// Errors: as `check(people)`; a rule out of range. Cost: P V for people whose ids hold, else per
/// frame P A V for P people and A open tracks, and P^2 A where all of them overlap.
linked_people link_people(const detections& people, const primary_rule& rule = {});

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/link_people-inl.hpp"
#endif
