// SPDX-License-Identifier: MIT
// How long to train, chosen by people of the training side.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/study/epochs.hpp"
#include "study/small.hpp"

using namespace mgkit;

TEST_CASE("the epochs with the best mean score are taken, the fewest of equals", "[quick]") {
    const auto clips = small_clips(4);
    const std::vector<std::vector<double>> scores{
        {.2, .5, .4, .5}, {.3, .5, .7, .5}, {.1, .5, 0, .5}};
    std::set<int> judged_people;
    std::vector<int> inner_seen;
    const auto choice = study::choose_epochs(
        clips, 3, [&](const data::clip_set& learned, const data::clip_set& judged, int inner) {
            inner_seen.push_back(inner);
            CHECK(learned.size() + judged.size() == clips.size());
            const std::set<int> learning(learned.subjects.begin(), learned.subjects.end());
            for (const int person : judged.subjects) {
                CHECK(learning.count(person) == 0);
                judged_people.insert(person);
            }
            return scores[static_cast<std::size_t>(inner)];
        });
    CHECK(inner_seen == std::vector<int>{0, 1, 2});
    CHECK(judged_people.size() == 4);
    CHECK(choice.epochs == 2);
    CHECK(choice.folds == 3);
    REQUIRE(choice.scores.size() == 4);
    CHECK(choice.scores[0] == Catch::Approx(.2));
    const auto told = choice.chosen();
    REQUIRE(told.size() == 2);
    CHECK((told[0].name == "epochs" && told[0].value == "2"));
    CHECK_CONTAINS(told[1].value, "3 inner folds of training people");
}

TEST_CASE("fewer people than inner folds, and what cannot decide", "[quick]") {
    const auto same = [](const data::clip_set&, const data::clip_set&, int) {
        return std::vector<double>{.1, .2};
    };
    CHECK(study::choose_epochs(small_clips(2), 5, same).folds == 2);
    const auto clips = small_clips(2);
    std::vector<int> one;
    for (int i = 0; i < clips.size(); ++i)
        if (clips.subjects[static_cast<std::size_t>(i)] == clips.subjects[0]) one.push_back(i);
    CHECK_REFUSED(study::choose_epochs(clips.subset(one), 3, same), "1 people");
    CHECK_REFUSED(study::choose_epochs(clips, 1, same), "1 folds");
    CHECK_REFUSED(
        study::choose_epochs(clips, 2,
                             [](const data::clip_set&, const data::clip_set&, int inner) {
                                 return std::vector<double>(static_cast<std::size_t>(inner + 1));
                             }),
        "a score after each epoch");
}
