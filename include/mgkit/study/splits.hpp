// Who trains and who is tested, in one fold or in several.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/data/split.hpp"

namespace MGKIT_NAMESPACE::study {

/// The folds of a study, and in words who is tested.
struct splits {
    std::vector<data::split> folds;
    std::string words;
};

/// At most one of these; none is the published split, or where there is none folds of whole
/// subjects, five or as many as there are people.
struct split_request {
    std::vector<int> test_subjects = {};
    int folds = 0;           ///< of whole subjects
    bool alternate = false;  ///< every other subject is tested
};

/// The splits that are asked for; no subject is ever on both sides of a fold.
/// Errors: mgkit::error for several kinds of split at once, and where the clips do not allow it
/// (see data::split_by_subjects, subject_folds, every_other_subject and published_split).
inline splits choose_splits(const data::clip_set& clips, const split_request& asked = {}) {
    const int kinds = (asked.folds != 0) + !asked.test_subjects.empty() + asked.alternate;
    if (kinds > 1)
        throw error("study::choose_splits", "one kind of split", text(kinds),
                    "ask for test subjects, folds or every other subject");
    if (!asked.test_subjects.empty()) {
        std::string people;
        for (const int s : asked.test_subjects) people += text(people.empty() ? "" : ", ", s);
        return {{data::split_by_subjects(clips, asked.test_subjects)}, "test subjects " + people};
    }
    if (asked.alternate)
        return {{data::every_other_subject(clips)}, "every other subject is tested"};
    if (asked.folds != 0 || !clips.published) {
        const auto people = static_cast<int>(data::subjects_of(clips, data::all_of(clips)).size());
        const int count = asked.folds != 0 ? asked.folds : std::clamp(people, 2, 5);
        return {data::subject_folds(clips, count), text(count, " folds of whole subjects")};
    }
    return {{data::published_split(clips)}, "the published split"};
}

}  // namespace MGKIT_NAMESPACE::study
