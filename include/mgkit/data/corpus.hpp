// SPDX-License-Identifier: MIT
// A collection of recordings on disk: what there is, who is in it, what was marked.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/annotations.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/primary_person.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data {

/// Which side of the split a recording is on.
enum class side { unknown, train, test };

/// One recording of a corpus, not yet read.
struct corpus_entry {
    std::string name;
    std::string path;          ///< file or folder that a reader opens
    std::size_t index = 0;     ///< among the recordings at `path`
    int subject = -1;          ///< -1 unknown
    bool own_subject = false;  ///< nobody said who it is, so it counts as a subject of its own
    side on = side::unknown;
    std::optional<outcome> result;
    double fps = 0;  ///< 0: as the file says
};

/// A moment of a recording that somebody tagged with a class.
struct corpus_tag {
    std::size_t entry = 0;
    int frame = 0;
    int label = 0;
};

/// Recordings that are opened one at a time: memory does not grow with their number.
struct corpus {
    provenance about;
    std::string path;
    std::vector<corpus_entry> entries;
    std::vector<std::string> subject_names;  ///< by number, where the manifest has names
    std::optional<annotations> marks;        ///< segments.csv, or segments of the format itself
    std::vector<std::string> class_names;    ///< of the tags
    std::vector<corpus_tag> tags;
    std::vector<int> frames;  ///< per entry where the format says so without reading
    findings found;           ///< what opening assumed or left out

    int size() const { return static_cast<int>(entries.size()); }
    bool has_split() const {
        return std::any_of(entries.begin(), entries.end(),
                           [](const corpus_entry& e) { return e.on != side::unknown; });
    }
};

/// Opens a corpus without reading its recordings; `policy` is that of reading them.
///
/// `path` is a folder with `recordings.csv` (columns recording, file; where known index, subject,
/// split as train or test, outcome as win or loss, fps), or anything a reader recognises, or a
/// folder of such. `segments.csv` beside it holds annotations (see parse_annotations). Recordings
/// of unknown subjects count as one subject each, which a note says. `corpus.json`, where present,
/// gives name, note, and the generator_version of a generated corpus.
/// Left out and counted in `found`: files that no reader takes, recordings that a manifest does not
/// list, annotations of recordings that are not there, as long as some are.
/// Errors: mgkit::error for a path without recordings, a malformed manifest, files outside the
/// folder, annotations of none of the recordings, a subject on both sides of the split; where
/// `policy.strict`, for anything left out.
corpus open_corpus(const std::string& path, const read_policy& policy = {});

/// Intervals around the tags of a corpus: from `before` frames before a tag to `after` frames
/// behind it, cut at the ends of the recording. They stand in for annotations that nobody made:
/// name them pseudo-intervals wherever they are shown. Errors: mgkit::error for a corpus without
/// tags.
annotations marks_from_tags(const corpus& from, int before, int after);

/// Annotations from a file of their own, for the recordings of a corpus.
/// Segments of recordings that the corpus does not have are left out and counted.
/// Errors: as parse_annotations; mgkit::error where the corpus has none of the recordings, or,
/// where `policy.strict`, not all of them.
annotations read_annotations(const corpus& of, const std::string& path,
                             const read_policy& policy = {});

/// Reads one recording: its primary person over all frames (see primary_person), or the one person
/// that the format follows.
/// Segments that end behind the recording are counted; see `within`. Errors: as the reader; where
/// `policy.strict`, mgkit::error for such segments. Cost: one file.
primary_result open_recording(const corpus& from, std::size_t i, const read_policy& policy = {});

/// Counts a recording that cannot be used, and why.
void leave_out(findings& found, const std::string& recording, const error& why);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/corpus-inl.hpp"
#endif
