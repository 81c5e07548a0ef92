// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/study/splits.hpp"

#include <algorithm>

namespace MGKIT_NAMESPACE::study {

MGKIT_COLD_INLINE splits choose_splits(const data::clip_set& clips, const split_request& asked) {
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
