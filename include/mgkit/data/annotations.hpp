// SPDX-License-Identifier: MIT
// Who marked what in which recording: segments as CSV.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/findings.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data {

/// Segments of a corpus by recording, each list ordered by start.
///
/// A recording without segments was not annotated, unless `nothing_found` names somebody who looked
/// at it.
struct annotations {
    std::vector<std::string> class_names;  ///< of label 0, 1, ...
    std::map<std::string, std::vector<segment>, std::less<>> by_recording;
    /// Annotators who looked at a recording and marked nothing.
    std::map<std::string, std::set<int>, std::less<>> nothing_found = {};
    findings found = {};  ///< rows left out or repaired while reading

    int classes() const { return static_cast<int>(class_names.size()); }
    /// The segments of one recording; none where nothing was marked.
    std::span<const segment> of(std::string_view recording) const;
    /// Who looked at a recording, whether they marked something or not.
    std::set<int> annotators_of(std::string_view recording) const;
    bool annotated(std::string_view recording) const { return !annotators_of(recording).empty(); }
    std::size_t size() const;
    /// Label of a class by name; nothing if there is no such class.
    std::optional<int> label_of(std::string_view name) const;
};

/// Orders segments by start, then end, label, annotator.
void sort_segments(std::vector<segment>& list);

/// Segments from CSV.
///
/// Columns: `recording`, `start`, `end` (frames from 0, end not included), `label` (from 0); where
/// present `class` (name of the label) and `annotator` (0 or more, in any numbering). Labels
/// without a name are called "class k". A row whose start, end and label are empty says that its
/// annotator looked at the recording and found nothing. Whole numbers may be written as 10.0.
/// A row without a recording, with a start below 0, or an end not after its start is left out and
/// counted. Errors: mgkit::error naming the row for a missing column, numbers that are none or not
/// whole (seconds), labels outside [0, 65535], two names for one label, segments of an annotator
/// who found nothing; where `policy.strict`, also for what would be left out. Cost: rows.
annotations parse_annotations(std::string_view text, const std::string& where,
                              const read_policy& policy = {});

/// Errors: as parse_annotations; mgkit::error for a file that cannot be read.
annotations read_annotations(const std::string& path, const read_policy& policy = {});

/// The segments as they lie within a recording of `frames` frames: those that end later are cut at
/// its end, those that start there or later are left out, both counted in `found`.
std::vector<segment> within(std::span<const segment> list, int frames, findings& found);

/// The columns that parse_annotations reads, one row per segment and one per annotator who found
/// nothing. Writes atomically.
void write_annotations(const std::string& path, const annotations& a);

/// The segments of all other classes than `labels`; who looked at a recording is kept.
annotations without_classes(const annotations& from, std::span<const int> labels);

/// The segments of one class and another joined where they touch or overlap, as one class `name`:
/// gesture units from phases. Segments of the classes `without` are dropped first; a recording that
/// was annotated stays so. Segments are taken as those of one annotator (see settled).
annotations merged(const annotations& from, std::span<const int> without, const std::string& name);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/annotations-inl.hpp"
#endif
