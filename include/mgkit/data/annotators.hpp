// SPDX-License-Identifier: MIT
// infrastructure: from what several people marked to one truth
// Whose marks count where several people annotated a corpus.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/annotations.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data {

enum class annotator_rule { first, everybody, consensus, numbered };

/// Whose marks count, decided for each recording on its own; annotators have any numbers.
///
/// `first`: the lowest-numbered annotator who looked at the recording. `everybody`: the union,
/// frames that anybody marked. `consensus`: frames that more than half of the annotators of that
/// recording marked. `numbered`: the annotator `number`; recordings that this one did not look at
/// count as not annotated.
struct annotator_choice {
    annotator_rule rule = annotator_rule::first;
    int number = 0;

    std::string words() const;
};

/// "first", "union", "consensus" or a number from 0. Errors: mgkit::error for anything else.
annotator_choice parse_annotators(std::string_view words);

/// Whether classes are told apart: `apart`, frames must be marked with the same class to count
/// together; `together`, any class will do.
enum class label_rule { apart, together };

/// Segments of one recording under a choice of annotators, ordered by start.
///
/// `first` and `numbered` give the segments of one annotator as they are. `everybody` and
/// `consensus` give runs of frames that enough annotators marked, as annotator 0: with classes
/// `apart` each class by itself, so that a stretch which got two classes is in the union twice and
/// in the consensus only under a class that more than half gave it; with classes `together`
/// whatever the class, all under label 0. Segments that share a frame become one, those that only
/// touch stay apart. Randomness: none. Cost: n log n segments.
std::vector<segment> settled(const annotations& from, std::string_view recording,
                             const annotator_choice& choice, label_rule labels);

/// Whether a recording counts as annotated under a choice of annotators.
bool annotated(const annotations& from, std::string_view recording, const annotator_choice& choice);

/// What a choice of annotators took and left, over recordings.
struct annotator_counts {
    std::int64_t recordings = 0;     ///< looked at
    std::int64_t not_annotated = 0;  ///< recordings by nobody, or not by the annotator asked for
    std::int64_t several = 0;        ///< recordings of more than one annotator
    std::int64_t segments = 0;       ///< marked by anybody
    /// Segments of which the choice uses no frame, classes apart.
    std::int64_t unused = 0;
    /// Pairs of chosen segments of different classes that share frames: two gestures at a time, or
    /// annotators who disagree.
    std::int64_t overlapping_classes = 0;

    void add(const annotations& from, std::string_view recording, const annotator_choice& choice);
};

/// A whole corpus under a choice of annotators, classes as `labels` says. Recordings that count as
/// annotated stay so where the choice leaves no segment in them.
annotations settled(const annotations& from, const annotator_choice& choice, label_rule labels);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/annotators-inl.hpp"
#endif
