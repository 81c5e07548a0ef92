#include "split.hpp"

#include <algorithm>

namespace mgfm {

using namespace mgkit;

named_split choose_split(const data::clip_set& clips, const split_options& o) {
    const int asked = (o.folds > 0) + !o.test_subjects.empty() + o.alternate;
    if (asked > 1) wrong_usage("--folds, --test-subjects and --alternate exclude each other");
    if (!o.test_subjects.empty())
        return {{data::split_by_subjects(clips, o.test_subjects)},
                "test subjects " + list_of(o.test_subjects)};
    if (o.alternate) return {{data::every_other_subject(clips)}, "every other subject is tested"};
    if (o.folds > 0 || !clips.published) {
        const auto subjects = data::subjects_of(clips, data::all_of(clips)).size();
        const int count = o.folds > 0 ? o.folds : std::clamp(static_cast<int>(subjects), 2, 5);
        return {data::subject_folds(clips, count), text(count, " folds of whole subjects")};
    }
    return {{data::published_split(clips)}, "the published split"};
}

}  // namespace mgfm
