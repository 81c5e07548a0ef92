// SPDX-License-Identifier: MIT
#include "folds.hpp"

#include <span>
#include <utility>

#include "made_of.hpp"

namespace mgfm {

using namespace mgkit;

study::splits choose_split(const data::clip_set& clips, const split_options& o) {
    if ((o.folds > 0) + !o.test_subjects.empty() + o.alternate > 1)
        wrong_usage("--folds, --test-subjects and --alternate exclude each other");
    return study::choose_splits(
        clips, {.test_subjects = o.test_subjects, .folds = o.folds, .alternate = o.alternate});
}

corpus_folds::corpus_folds(const corpus& from, const data_options& data, study::splits who)
    : from_(from), data_(data), who_(std::move(who)), clips_(&from.clips) {}

study::fold corpus_folds::operator()(std::size_t f) {
    last_ = f;
    const std::span<const int> training = sides().train;
    clips_ = &positioned(from_, training);
    reference_ = reference_of(from_, data_.reference, training);
    positions_.insert(reference_);
    prepared_ = preparation_parts(data_, reference_);
    study::fold out = study::fold_of(*clips_, who_, f, data_parts(from_));
    out.chosen.push_back({"reference", reference_});
    out.made_of.add(prepared_);
    const auto present = data::subjects_of(from_.clips, sides().test);
    tested_.insert(tested_.end(), present.begin(), present.end());
    return out;
}

data::findings corpus_folds::found() const {
    data::findings out;
    const auto& clips = from_.clips;
    for (const data::split& sides : who_.folds)
        for (const int k : sides.unseen_classes) {
            std::int64_t count = 0;
            for (const int i : sides.test)
                count += clips.labels[static_cast<std::size_t>(i)] == k ? 1 : 0;
            out.add(data::finding_kind::suspect, "class_tested_not_trained",
                    "clips tested of class \"" + clips.class_names[static_cast<std::size_t>(k)] +
                        "\", which nobody on the training side shows: none can be right",
                    count);
        }
    return out;
}

std::string corpus_folds::positions() const {
    return positions_in_words(from_, positions_);
}

}  // namespace mgfm
