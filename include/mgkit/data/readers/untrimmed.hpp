// SPDX-License-Identifier: MIT
// Many untrimmed recordings in one folder of .npy arrays.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// An action point: something of a class happens around one frame of a recording.
struct untrimmed_tag {
    int recording = 0, frame = 0, label = 0;
    friend bool operator==(const untrimmed_tag&, const untrimmed_tag&) = default;
};

/// What a folder of untrimmed recordings says beside the poses. Lists are empty where it has none.
struct untrimmed_facts {
    std::vector<std::string> names;              ///< of the recordings
    std::vector<int> frames;                     ///< per recording
    std::vector<int> subjects;                   ///< per recording
    std::vector<std::string> subject_names;      ///< by the numbers in `subjects`
    std::vector<int> classes;                    ///< per recording
    std::vector<std::vector<segment>> segments;  ///< per recording
    std::vector<untrimmed_tag> tags;
    std::vector<std::string> class_names;
};

/// The folder layout of untrimmed recordings, T frames each, V joints, C channels.
///
/// `long_data.npy` (sum of T, V, C), any float type; `long_start.npy` (recordings + 1): first row
/// of each; `meta.json` as for clip folders, with `fps` as a number and optionally `recordings`
/// (their names). Optional: `long_valid.npy` (sum of T), 0 where nobody was tracked;
/// `long_timestamp_ms.npy` (sum of T), from which the rate is taken where meta.json has no number;
/// `long_subject.npy` and `long_class.npy` (per recording); `long_segments.npy` (rows recording,
/// start, end exclusive, label), `long_tags.npy` (rows recording, frame, class), `long_label.npy`
/// (sum of T). Integers may be stored as floats, subjects as names. Each frame is one person, or
/// nobody where `long_valid` is 0. Files are mapped: reading a recording touches its own rows only.
/// Values that are not finite and joints at zero follow the policy, for which a layout without
/// confidence gains one. Errors: mgkit::error naming file and entry.
struct untrimmed {
    static constexpr std::string_view name = "untrimmed";
    static constexpr bool one_person = true;
    static constexpr std::string_view describes =
        "folder of NumPy arrays: long_data.npy, long_start.npy, meta.json";

    bool recognises(const std::string& path) const;
    /// What keeps `path` from being this format, in a sentence; empty for anything quite different.
    static std::string almost(const std::string& path);
    std::vector<std::string> list(const std::string& path) const;
    detections read(const std::string& path, std::size_t index,
                    const read_policy& policy = {}) const;

    /// Subjects, classes, segments, tags: everything but the poses.
    static untrimmed_facts facts(const std::string& path);
    /// Subject of each recording; empty where the folder does not say.
    static std::vector<int> subjects(const std::string& path) { return facts(path).subjects; }
    /// Label of each frame of one recording; empty where the folder has none.
    static std::vector<int> frame_labels(const std::string& path, std::size_t index);

    /// A new folder of one recording; see `write_all`.
    void write(const std::string& path, const recording& one) const {
        write_all(path, std::span<const recording>(&one, 1));
    }
    /// A new folder of recordings of one skeleton, layout, rate and picture size; it appears
    /// complete or not at all. Subjects are written if one is known. Cost: one copy of the values.
    static void write_all(const std::string& path, std::span<const recording> recordings);
};

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/untrimmed-inl.hpp"
#endif
