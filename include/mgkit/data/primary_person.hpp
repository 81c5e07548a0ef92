// SPDX-License-Identifier: MIT
// One person out of everybody that a pose estimator saw.
#pragma once

#include <cstdint>
#include <vector>

#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/link_people.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

/// Frames [start, end) for which one track was taken.
struct primary_stretch {
    int start = 0, end = 0;
    int track = 0;     ///< counted in the order of appearance
    double scale = 0;  ///< median body scale of the track, in units of the recording
};

/// What choosing found.
struct primary_report {
    int frames = 0;
    int tracks = 0;
    int switches = 0;              ///< changes from one track to another
    int empty_frames = 0;          ///< frames where the chosen track has nobody
    int several_people = 0;        ///< frames with more than one person
    int joins = 0;                 ///< changes of a track id within a track
    int splits = 0;                ///< times a track id jumped to another body
    std::int64_t ids_ignored = 0;  ///< people whose track id others of the frame have too
    std::vector<primary_stretch> stretches;
    findings found;  ///< what reading and choosing assumed, left out or repaired

    /// Frames at which another track begins; what tidying must not bridge.
    std::vector<int> cuts() const;
};

struct primary_result {
    recording person;
    primary_report report;
};

/// Chooses one person per frame.
///
/// People are linked into continuous tracks by `link_people`; track ids are hints. In each frame
/// the track of the largest median body scale is taken among those that span it (have begun, and
/// have not ended), tracks of fewer than `min_track_frames` only where there is no other; the
/// earlier one on a tie. When a track ends, another takes over: a switch. Frames where the chosen
/// track has nobody become frames with all joints invalid (a layout without confidence then gains
/// one). Errors: mgkit::error for detections without frames or a rule out of range. Cost: that of
/// linking; memory for a few numbers per person.
primary_result primary_person(const detections& people, const primary_rule& rule = {});

/// Detections of at most one person per frame as they are. Errors: mgkit::error for two in a frame.
recording recording_of(const detections& people);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/primary_person-inl.hpp"
#endif
