// SPDX-License-Identifier: MIT
// Untrimmed recordings as the commands of mgfm see them: corpus, truth, rates, sides.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/data/annotators.hpp"
#include "mgkit/data/corpus.hpp"
#include "options.hpp"

namespace mgfm {

/// Which recordings, and what of them counts as truth.
struct recording_options {
    std::string corpus;
    std::string joints = "auto";  ///< auto | as-recorded | upper_body | body25_upper15 | a CSV
    std::string skeleton;         ///< built-in one that the files have; empty: as they say
    std::string not_finite = "mark";
    std::string zeros = "declared";
    bool strict = false;    ///< every imperfect item is an error
    double fps = 0;         ///< of every recording; 0: as the files say
    bool as_found = false;  ///< unknown rates are welcome, no channel is added
    int fill_gaps = 0;
    bool smooth = false;
    std::vector<int> test_subjects;
    std::string annotators = "first";     ///< first | union | consensus | a number
    std::string segments;                 ///< CSV instead of the corpus's own
    int tag_before = -1, tag_after = -1;  ///< frames; -1: tags are not used
    std::vector<std::string> rest;        ///< classes that are no gesture at all
    std::string non_mg =
        "Illustrative body language (non-micro-gesture)";  ///< gestures that are no MG
    bool merge = false;                                    ///< adjacent segments as one unit

    void add_to(CLI::App& command);
    /// --skeleton, --strict, --fps: how recordings are read; part of `add_to`.
    void add_reading_to(CLI::App& command);
    /// What readers do with doubtful items, and what the joints are.
    mgkit::data::read_policy policy() const;
};

/// An interval that shows something else, known for generated corpora.
struct cut_in_interval {
    int start = 0, end = 0;
    std::string kind;
};

/// What annotators marked, and what of it counts.
struct marked_truth {
    mgkit::data::annotations as_read;
    mgkit::data::annotations gestures;        ///< by all annotators, without the classes of rest
    mgkit::data::annotations micro_gestures;  ///< these without the non-MG class, where known
    mgkit::data::annotations chosen;          ///< one truth, classes apart; gesture units if merged
    std::optional<int> non_mg;                ///< label of the gestures that are no micro-gestures
    bool merged = false;
};

/// Rest left out, annotators chosen, units merged as the options say. `names` gives the labels of
/// files that name no classes. Errors: mgkit::error for classes of rest that `names` lacks.
marked_truth truth_from(mgkit::data::annotations read, const recording_options& options,
                        const mgkit::data::annotations& names);

/// An opened corpus with its options applied.
struct recordings {
    mgkit::data::corpus corpus;  ///< its marks are the chosen ones
    mgkit::data::annotator_choice annotators;
    std::optional<marked_truth> marks;
    std::string truth;    ///< what the segments are, in words; empty without any
    bool tagged = false;  ///< they are intervals around tags, which nobody annotated
    std::map<std::string, std::vector<cut_in_interval>> cut_ins;

    /// What the segments are and whose they are, in words.
    std::string whose() const;
    /// Whether somebody whose marks count looked at a recording.
    bool annotated(const std::string& name) const;
    /// Where a recording shows gestures, whatever their class; without the non-MG class if asked.
    std::vector<mgkit::data::segment> gestures(const mgkit::data::recording& person,
                                               bool with_non_mg) const;
    /// What opening the corpus and its annotations assumed, left out or repaired.
    mgkit::data::findings found() const;
};

recordings open(const recording_options& options);

/// Entries on one side: "train", "test" or "all". Errors: mgkit::error where none is.
std::vector<std::size_t> entries_on(const recordings& from, const std::string& side);

/// A recording as the sampler takes it, with a confidence channel.
struct loaded_recording {
    mgkit::data::recording person;
    mgkit::data::primary_report people;
    bool states_confidence = false;  ///< else every joint counts as seen
    double stated_fps = 0;           ///< by its file or recordings.csv; 0: not stated
};

/// Reads one recording: primary person, frame rate, skeleton, tidying as asked for.
loaded_recording read_one(const recordings& from, const recording_options& options,
                          std::size_t entry);

/// Leaves out recordings of another skeleton than the first one's.
class same_skeleton {
public:
    explicit same_skeleton(bool strict) : strict_(strict) {}

    /// Whether a recording is like those before; counted in `found` otherwise. Errors: one that is
    /// not, where `strict`.
    bool fits(const mgkit::data::recording& one, mgkit::data::findings& found);
    /// Errors: mgkit::error where most recordings were left out.
    void finish() const;

private:
    bool strict_;
    int kept_ = 0, left_out_ = 0;
    mgkit::data::recording like_;  ///< the first one's name, skeleton and layout
    std::string other_;
};

/// Reads the entries in order, several at a time on several threads, and hands each to `use` in
/// order; shows progress. Recordings that cannot be used are left out. Returns what reading found.
/// Errors: the first recording's, where none can be used; any, where `options.strict`; those of
/// `use`.
mgkit::data::findings for_each_recording(
    const recordings& from, const recording_options& options,
    const std::vector<std::size_t>& entries, int threads, const std::string& task,
    const std::function<void(std::size_t, loaded_recording&)>& use);

}  // namespace mgfm
