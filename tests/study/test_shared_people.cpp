// SPDX-License-Identifier: MIT
// Protocols that share people: by their names alone, and with the number beside every score.
#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/data/read_folder.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/read_run.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/report/text.hpp"
#include "mgkit/study/protocol.hpp"
#include "mgkit/study/shared_people.hpp"
#include "mgkit/study/systems.hpp"
#include "real_files.hpp"
#include "study/small.hpp"

using namespace mgkit;

namespace {

/// Four people, each seen by three cameras.
data::clip_set filmed() {
    auto clips = small_clips(4);
    std::vector<int> views;
    for (int i = 0; i < clips.size(); ++i) views.push_back(1 + i % 3);
    clips.views = views;
    return clips;
}

std::set<int> cameras(const data::clip_set& clips, const std::vector<int>& side) {
    std::set<int> out;
    for (const int i : side) out.insert((*clips.views)[static_cast<std::size_t>(i)]);
    return out;
}

}  // namespace

TEST_CASE("cross-view trains and tests the cameras that its makers name", "[quick]") {
    const auto clips = filmed();
    const auto ntu = study::ntu_cross_view(clips), ucla = study::nw_ucla_cross_view(clips);
    REQUIRE(ntu.folds.size() == 1);
    CHECK(cameras(clips, ntu.folds[0].train) == std::set<int>{2, 3});
    CHECK(cameras(clips, ntu.folds[0].test) == std::set<int>{1});
    CHECK(cameras(clips, ucla.folds[0].train) == std::set<int>{1, 2});
    CHECK(cameras(clips, ucla.folds[0].test) == std::set<int>{3});
    for (const auto& found : {ntu, ucla}) {
        CHECK(found.folds[0].shared_people == std::vector<int>{1, 2, 3, 4});
        CHECK_CONTAINS(found.words, "; 4 people are on both sides");
        CHECK(found.folds[0].train.size() + found.folds[0].test.size() ==
              static_cast<std::size_t>(clips.size()));
    }
    auto wrong = clips;
    wrong.views->front() = 4;
    CHECK_REFUSED(study::ntu_cross_view(wrong), "cameras 1 to 3, found 4");
    wrong.views.reset();
    CHECK_REFUSED(study::nw_ucla_cross_view(wrong), "the camera of each clip");
    wrong.views.emplace(clips.subjects.size(), 1);
    CHECK_REFUSED(study::nw_ucla_cross_view(wrong), "clips on both sides");
}

TEST_CASE("cross-setup tests odd setups, of people who may be in both", "[quick]") {
    const auto clips = small_clips(4);
    std::vector<int> setups;
    // Person 1 is in setups 1 and 2, the others in one each.
    for (int i = 0; i < clips.size(); ++i) {
        const int person = clips.subjects[static_cast<std::size_t>(i)];
        setups.push_back(person == 1 ? 1 + i % 2 : 10 + person);
    }
    const auto found = study::ntu_cross_setup(clips, setups);
    for (const int i : found.folds[0].test) CHECK(setups[static_cast<std::size_t>(i)] % 2 == 1);
    for (const int i : found.folds[0].train) CHECK(setups[static_cast<std::size_t>(i)] % 2 == 0);
    CHECK(found.folds[0].shared_people == std::vector<int>{1});
    CHECK_CONTAINS(found.words, "1 person is on both sides");
    CHECK_REFUSED(study::ntu_cross_setup(clips, std::vector<int>{1, 2}),
                  "a setup for each of 48 clips, found 2");
    setups[3] = 0;
    CHECK_REFUSED(study::ntu_cross_setup(clips, setups), "setups from 1");
}

TEST_CASE("videos of a list train, of another are tested, others are left out", "[quick]") {
    const auto clips = small_clips(4);
    std::vector<int> videos;
    for (int i = 0; i < clips.size(); ++i) videos.push_back(i / 4);
    const std::vector<int> trained{0, 2, 5, 40}, tested{1, 9};
    const auto found = study::imigue_videos(clips, videos, trained, tested);
    CHECK(found.folds[0].train.size() == 12);
    CHECK(found.folds[0].test.size() == 8);
    // Videos 0 to 2 are person 1's, 5 is person 2's, 9 person 4's.
    CHECK(found.folds[0].shared_people == std::vector<int>{1});
    CHECK_CONTAINS(found.words, "3 train, 2 are tested");
    CHECK_REFUSED(study::imigue_videos(clips, videos, trained, std::vector<int>{2}),
                  "video 2 on both");
    CHECK_REFUSED(study::imigue_videos(clips, videos, std::vector<int>{1, 1}, tested),
                  "video 1 twice in training");
    CHECK_REFUSED(study::imigue_videos(clips, videos, trained, std::vector<int>{50}),
                  "clips on both sides");
    CHECK_REFUSED(study::imigue_videos(clips, {}, trained, tested), "a video for each");
    std::vector<int> sides(videos.size(), 2);
    CHECK_REFUSED(data::split_sharing_people(clips, sides), "0 (trains), 1 (tested)");
}

TEST_CASE("nothing but these names shares people", "[quick]") {
    auto clips = filmed();
    // A published split by camera is refused as ever.
    std::vector<int> side;
    for (const int v : *clips.views) side.push_back(v == 3);
    clips.published = side;
    CHECK_REFUSED(study::choose_splits(clips), "no subject on both sides");
    clips.published.reset();
    for (const study::split_request& asked :
         {study::split_request{}, {.test_subjects = {2}}, {.folds = 2}, {.alternate = true}})
        for (const auto& fold : study::choose_splits(clips, asked).folds)
            CHECK(fold.shared_people.empty());
}

TEST_CASE("the number of shared people stands beside every score", "[quick]") {
    const auto clips = filmed();
    const auto asked = [&](const study::splits& who) {
        study::row_store rows;
        study::run({.systems = {study::majority_system()}}, clips, who, rows);
        report::study s;
        s.split = who.words;
        s.results = rows.rows();
        report::summarise(s);
        return s;
    };
    const auto shared = asked(study::nw_ucla_cross_view(clips)),
               apart = asked(study::choose_splits(clips));
    for (const auto& r : shared.results) CHECK(r.shared_people == 4);
    for (const auto& r : apart.results) CHECK(r.shared_people == 0);
    CHECK(shared.summary.at(0).shared_people == 4);
    const auto words = report::to_text(shared);
    CHECK_CONTAINS(words, "people on both sides");
    CHECK_CONTAINS(words, "4 people are on both sides of the split, as its protocol defines it");
    CHECK_CONTAINS(words, "Split: cross-view of Northwestern-UCLA");
    CHECK(!contains(report::to_text(apart), "both sides"));
    const auto json = report::to_json(shared);
    CHECK(json["results"][0]["shared_people"].get<int>() == 4);
    CHECK(json["summary"][0]["shared_people"].get<int>() == 4);
    CHECK_CONTAINS(json["split"].get<std::string>(), "4 people are on both sides");
    CHECK(report::to_json(apart)["results"][0]["shared_people"].get<int>() == 0);
    const auto& first = shared.results[0];
    CHECK(study::row_from_json(study::row_to_json(first), "test").shared_people == 4);
}

TEST_CASE("cross-view of Northwestern-UCLA has all ten people on both sides", "[real]") {
    const std::string path = real_files("MGKIT_DATA_DIR", "nw_ucla");
    if (path.empty()) return skip("no nw_ucla");
    const auto clips = data::read_folder(path).clips;
    const auto found = study::nw_ucla_cross_view(clips);
    CHECK(found.folds[0].train.size() == 1020);
    CHECK(found.folds[0].test.size() == 464);
    CHECK(found.folds[0].shared_people.size() == 10);
}
