// SPDX-License-Identifier: MIT
// Who trains and who is tested: never the same person, and nobody twice.
#include <algorithm>
#include <iterator>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/study/splits.hpp"
#include "study/small.hpp"

using namespace mgkit;

namespace {

/// Whether no subject is on both sides and every clip is on one.
bool apart(const data::clip_set& clips, const data::split& s) {
    const auto train = data::subjects_of(clips, s.train), test = data::subjects_of(clips, s.test);
    std::vector<int> shared;
    std::set_intersection(train.begin(), train.end(), test.begin(), test.end(),
                          std::back_inserter(shared));
    return shared.empty() && !train.empty() && !test.empty() &&
           s.train.size() + s.test.size() == static_cast<std::size_t>(clips.size());
}

}  // namespace

TEST_CASE("every kind of split keeps people apart", "[quick]") {
    data::clip_set clips = small_clips(7);
    for (const study::split_request& asked :
         {study::split_request{}, {.test_subjects = {2, 5}}, {.folds = 3}, {.alternate = true}}) {
        const auto found = study::choose_splits(clips, asked);
        CAPTURE(found.words);
        std::vector<int> tested;
        for (const auto& fold : found.folds) {
            CHECK(apart(clips, fold));
            tested.insert(tested.end(), fold.test.begin(), fold.test.end());
        }
        std::sort(tested.begin(), tested.end());
        CHECK(std::adjacent_find(tested.begin(), tested.end()) == tested.end());
        if (found.folds.size() > 1) CHECK(tested == data::all_of(clips));
    }
    CHECK(study::choose_splits(clips).words == "5 folds of whole subjects");
    CHECK(study::choose_splits(small_clips(3)).folds.size() == 3);
    const auto named = study::choose_splits(clips, {.test_subjects = {2, 5}});
    CHECK(named.words == "test subjects 2, 5");
    CHECK(data::subjects_of(clips, named.folds[0].test) == std::vector<int>{2, 5});
}

TEST_CASE("a published split is taken where nothing is asked for", "[quick]") {
    data::clip_set clips = small_clips();
    std::vector<int> side;
    for (const int s : clips.subjects) side.push_back(s > 2);
    clips.published = side;
    const auto found = study::choose_splits(clips);
    CHECK(found.words == "the published split");
    CHECK(data::subjects_of(clips, found.folds.at(0).test) == std::vector<int>{3, 4});
    CHECK(study::choose_splits(clips, {.folds = 2}).folds.size() == 2);
    for (std::size_t i = 0; i < side.size(); ++i) side[i] = static_cast<int>(i % 2);
    clips.published = side;
    CHECK_REFUSED(study::choose_splits(clips), "no subject on both sides");
}

TEST_CASE("contradictory and impossible requests are refused", "[quick]") {
    const data::clip_set clips = small_clips();
    CHECK_REFUSED(study::choose_splits(clips, {.folds = 2, .alternate = true}),
                  "one kind of split, found 2");
    CHECK_REFUSED(study::choose_splits(clips, {.test_subjects = {9}}), "9");
    CHECK_REFUSED(study::choose_splits(clips, {.folds = 5}), "5 subjects");
    CHECK_REFUSED(study::choose_splits(clips, {.folds = -1}), "at least 2 folds");
    CHECK_REFUSED(study::fold_of(clips, study::choose_splits(clips), 4), "a fold below 4");
    data::clip_set unlabelled = clips;
    unlabelled.labels.clear();
    CHECK_REFUSED(study::fold_of(unlabelled, study::choose_splits(unlabelled), 0), "label");
}

TEST_CASE("a fold knows its clips, and who is on which side", "[quick]") {
    const data::clip_set clips = small_clips();
    const auto who = study::choose_splits(clips);
    const auto first = study::fold_of(clips, who, 0);
    CHECK(first.train.size() + first.test.size() == clips.size());
    CHECK(first.made_of == study::fold_of(clips, who, 0).made_of);
    CHECK(first.made_of.differences(study::fold_of(clips, who, 1).made_of) ==
          std::vector<std::string>{"trained and tested clips"});
    const auto moved = with_values(clips, [](int i, float v) { return i == 7 ? v + 1 : v; });
    CHECK(first.made_of.differences(study::fold_of(moved, who, 0).made_of) ==
          std::vector<std::string>{"coordinates"});
}

TEST_CASE("a checkpoint has a name of its own for all that its training is made of", "[quick]") {
    const data::clip_set clips = small_clips();
    const auto who = study::choose_splits(clips);
    const auto at = study::fold_of(clips, who, 0);
    using study::feature_kind;
    const recipe training{{"epochs", "3"}};
    const auto name = [&](const study::fold& f, const recipe& r) {
        return study::checkpoint_name({f, "joint", 1}, feature_kind::pretrained, r);
    };
    const std::string known = name(at, training);
    CHECK(known.starts_with("pretrained-joint-fold0-seed1-"));
    CHECK(known == name(study::fold_of(clips, who, 0), training));
    CHECK(known != name(at, {{"epochs", "4"}}));
    const int trained = who.folds[0].train[3], tested = who.folds[0].test[3];
    const auto moved = [&](int clip) {
        return with_values(clips, [&](int i, float v) { return i == clip ? v + 1 : v; });
    };
    CHECK(known != name(study::fold_of(moved(trained), who, 0), training));
    CHECK(known == name(study::fold_of(moved(tested), who, 0), training));
}
