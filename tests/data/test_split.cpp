// SPDX-License-Identifier: MIT
// Splits never share a person.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/data/synthetic.hpp"

using namespace mgkit;

namespace {

data::clip_set ten_subjects() {
    return data::make_synthetic({.subjects = 10, .repetitions = 1, .frames = 8});
}

void check_promises(const data::clip_set& clips, const data::split& split, std::size_t total) {
    CHECK(split.train.size() + split.test.size() == total);
    CHECK(!split.train.empty());
    CHECK(!split.test.empty());
    const auto train = data::subjects_of(clips, split.train);
    for (const int s : data::subjects_of(clips, split.test))
        CHECK(std::find(train.begin(), train.end(), s) == train.end());
    std::set<int> all(split.train.begin(), split.train.end());
    all.insert(split.test.begin(), split.test.end());
    CHECK(all.size() == total);
}

}  // namespace

TEST_CASE("named test subjects", "[data][split]") {
    const auto clips = ten_subjects();
    const std::vector<int> test{8, 9, 10};
    const auto split = data::split_by_subjects(clips, test);
    check_promises(clips, split, 60);
    CHECK(data::subjects_of(clips, split.test) == test);
    CHECK(split.unseen_classes.empty());
    CHECK_REFUSED(data::split_by_subjects(clips, std::vector<int>{11}), "found 11");
    CHECK_REFUSED(data::split_by_subjects(clips, std::vector<int>{}), "none to test on");
    CHECK_REFUSED(data::split_by_subjects(clips, std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}),
                  "none to train on");
}

TEST_CASE("folds take subjects in order", "[data][split]") {
    const auto clips = ten_subjects();
    const auto folds = data::subject_folds(clips, 5);
    REQUIRE(folds.size() == 5);
    for (int g = 0; g < 5; ++g) {
        check_promises(clips, folds[std::size_t(g)], 60);
        CHECK(data::subjects_of(clips, folds[std::size_t(g)].test) ==
              std::vector<int>{2 * g + 1, 2 * g + 2});
    }
    std::size_t tested = 0, least = 60, most = 0;
    for (const auto& fold : data::subject_folds(clips, 3)) {
        check_promises(clips, fold, 60);
        tested += fold.test.size();
        least = std::min(least, fold.test.size());
        most = std::max(most, fold.test.size());
    }
    CHECK(tested == 60);
    CHECK(most - least <= 6);
    CHECK(data::subject_folds(clips, 10).size() == 10);
    CHECK_REFUSED(data::subject_folds(clips, 11), "at least 11 subjects");
    CHECK_REFUSED(data::subject_folds(clips, 1), "at least 2 folds");
}

TEST_CASE("inner folds see training subjects only", "[data][split]") {
    const auto clips = ten_subjects();
    const auto outer = data::split_by_subjects(clips, std::vector<int>{2, 5, 7});
    for (const int folds : {2, 5, 50}) {
        const auto inner = data::inner_folds(clips, outer, folds);
        CHECK(inner.size() == std::size_t(std::min(folds, 7)));
        for (const auto& split : inner) {
            check_promises(clips, split, outer.train.size());
            for (const int i : split.test)
                CHECK(std::binary_search(outer.train.begin(), outer.train.end(), i));
        }
    }
    const auto single = data::split_by_subjects(clips, std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK_REFUSED(data::inner_folds(clips, single), "at least 2 subjects");
}

TEST_CASE("every other subject, and sets of one", "[data][split]") {
    const auto clips = ten_subjects();
    const auto split = data::every_other_subject(clips);
    check_promises(clips, split, 60);
    CHECK(data::subjects_of(clips, split.test) == std::vector<int>{2, 4, 6, 8, 10});
    auto one = clips;
    std::fill(one.subjects.begin(), one.subjects.end(), 4);
    CHECK_REFUSED(data::every_other_subject(one), "at least 2 subjects, found 1 (4)");
    CHECK_REFUSED(data::subject_folds(one, 2), "at least 2 subjects");
    CHECK_REFUSED(data::split_by_subjects(one, std::vector<int>{4}), "none to train on");
}

TEST_CASE("published splits are checked", "[data][split]") {
    auto clips = ten_subjects();
    CHECK_REFUSED(data::published_split(clips), "split.npy");
    clips.published.emplace(60, 0);
    CHECK_REFUSED(data::published_split(clips), "none to test on");
    for (std::size_t i = 0; i < 60; ++i) (*clips.published)[i] = clips.subjects[i] % 3 == 0;
    check_promises(clips, data::published_split(clips), 60);
    (*clips.published)[0] = 1;  // subject 1 now stands on both sides
    CHECK_REFUSED(data::published_split(clips), "found subjects 1;");
}

TEST_CASE("classes that are tested but not trained are named", "[data][split]") {
    auto clips = ten_subjects();
    for (std::size_t i = 0; i < 60; ++i)
        if (clips.subjects[i] != 3 && clips.labels[i] == 4) clips.labels[i] = 0;
    CHECK(data::split_by_subjects(clips, std::vector<int>{3}).unseen_classes ==
          std::vector<int>{4});
    CHECK(data::split_by_subjects(clips, std::vector<int>{4}).unseen_classes.empty());
}
