// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "interview/interviews.hpp"
#include "mgkit/data/interview/outcome_rule.hpp"
#include "mgkit/data/interview/statistics.hpp"
#include "mgkit/io/json.hpp"
#include "real_files.hpp"

using namespace mgkit;
using Catch::Approx;

TEST_CASE("classes, groups and counts are those of the published lists", "[real]") {
    const std::string folder = real_files("MGKIT_DATA_DIR", "imigue");
    if (folder.empty()) return skip("no imigue in $MGKIT_DATA_DIR");
    const io::json classes = io::read_json(folder + "/classes.json")["imigue"];
    const io::json counts =
        io::read_json(folder + "/label_counts.json")["imigue_miga2023_train"]["by_label"];
    REQUIRE(classes.size() == iv::micro_gestures.size());
    for (const auto& entry : classes) {
        const auto label = entry["label"].get<int>();
        const auto& known = iv::micro_gestures[std::size_t(label)];
        CHECK(entry["name"] == known.name);
        CHECK(counts[std::to_string(label)]["count"] == known.count);
        if (label != iv::illustrative_label) CHECK(entry["group"] == iv::name(known.group));
    }
}

TEST_CASE("a large corpus has the lengths, counts and shares it should have") {
    iv::settings s;
    s.recordings = 3200;
    const iv::generator corpus(s);
    const auto found = iv::statistics(corpus);
    CHECK(found.recordings == 3200);
    CHECK(found.hours * 3600 / 3200 == Approx(350).epsilon(0.05));
    CHECK(found.mean_duration == Approx(2.53).epsilon(0.03));
    CHECK(found.shortest >= iv::shortest_gesture);
    CHECK(found.longest <= iv::longest_gesture);
    CHECK(found.duration_ks < 0.006);  // 1.95 / sqrt(160,000) is .005, classes vary by subject
    CHECK(found.overlap_share == Approx(0.013).margin(0.002));
    CHECK(double(found.left_out) / found.events < 0.01);
    // More wins than losses: classes that follow one or the other deviate by up to d/2.
    for (int label = 0; label < iv::class_count; ++label)
        CHECK(found.share(label) == Approx(iv::base_share(label))
                                        .epsilon(iv::outcome_sign(label) != 0 ? 0.25 : 0.1)
                                        .margin(0.0012));
    CHECK(found.share(iv::illustrative_label) == Approx(0.29).margin(0.02));
    const double train = found.recordings - found.test_recordings;
    CHECK((found.wins - found.test_wins) / train == Approx(0.801).margin(0.03));
    CHECK(double(found.test_wins) / found.test_recordings == Approx(0.56).margin(0.04));
    CHECK(found.test_subjects == Approx(found.subjects / 2.0).margin(1));
    CHECK(found.occupancy > 0.3);
    CHECK(found.occupancy < 0.45);
}

TEST_CASE("gestures lie inside their recording and overlap only on other parts of the body") {
    iv::settings s;
    s.recordings = 800;
    const iv::generator corpus(s);
    int events = 0, overlapping = 0;
    std::vector<double> counts;
    for (int i = 0; i < corpus.size(); ++i) {
        const iv::plan p = corpus.plan_of(i);
        const auto& list = p.script.events;
        REQUIRE(p.frames >= 12 * iv::frame_rate);
        REQUIRE(p.frames <= 2480 * iv::frame_rate);
        REQUIRE(p.script.wanted >= 3);
        REQUIRE(p.script.wanted <= 282);
        counts.push_back(std::log(p.script.wanted));
        for (std::size_t k = 0; k < list.size(); ++k) {
            REQUIRE(list[k].start >= 0);
            REQUIRE(list[k].end > list[k].start);
            REQUIRE(list[k].end <= p.frames);
            if (k > 0) REQUIRE(list[k].start >= list[k - 1].start);
            bool during = false;
            for (std::size_t j = 0; j < k; ++j) {
                if (list[j].end <= list[k].start) continue;
                during = true;
                REQUIRE((iv::parts_of(list[j]) & iv::parts_of(list[k])) == 0u);
            }
            ++events;
            overlapping += during ? 1 : 0;
        }
    }
    CHECK(double(overlapping) / events == Approx(0.013).margin(0.003));
    double mean = 0, square = 0;
    for (const double c : counts) mean += c / double(counts.size());
    for (const double c : counts) square += (c - mean) * (c - mean) / double(counts.size());
    CHECK(mean == Approx(std::log(39.0)).margin(0.06));
    CHECK(std::sqrt(square) == Approx(0.75).margin(0.06));
}

TEST_CASE("gaps between gestures vary more than those of a Poisson process") {
    iv::settings s;
    s.recordings = 400;
    s.events_deviation = s.seconds_deviation;  // one rate for all, so that gaps can be pooled
    const iv::generator corpus(s);
    double count = 0, sum = 0, square = 0;
    for (int i = 0; i < corpus.size(); ++i) {
        const auto list = corpus.plan_of(i).script.events;
        for (std::size_t k = 1; k < list.size(); ++k) {
            const double gap = std::max(0, list[k].start - list[k - 1].end);
            ++count;
            sum += gap;
            square += gap * gap;
        }
    }
    const double mean = sum / count;
    CHECK(std::sqrt(square / count - mean * mean) / mean == Approx(1.6).margin(0.15));
}

TEST_CASE("subjects have 2 to 18 recordings and one side of the split") {
    iv::settings s;
    s.recordings = 1000;
    const iv::generator corpus(s);
    std::map<int, int> videos;
    std::map<int, std::set<bool>> sides;
    for (const auto& role : corpus.cast()) {
        ++videos[role.subject];
        sides[role.subject].insert(role.test);
    }
    const int last = corpus.cast().back().subject;
    for (const auto& [subject, count] : videos) {
        CHECK(count <= 18);
        if (subject != last) CHECK(count >= 2);
        CHECK(sides[subject].size() == 1);
    }
    CHECK(double(s.recordings) / double(videos.size()) == Approx(5).margin(0.6));
}

TEST_CASE("subjects keep their traits, and are different people") {
    const iv::settings s = small_corpus(30);
    const iv::generator corpus(s);
    std::map<int, double> widths;
    for (int i = 0; i < corpus.size(); ++i) {
        const iv::subject who = corpus.plan_of(i).who;
        const auto [known, fresh] = widths.emplace(who.id, who.width);
        CHECK(known->second == who.width);
        CHECK(who.width >= 150);
        CHECK(who.width <= 330);
    }
    std::set<double> different;
    for (const auto& [id, width] : widths) different.insert(width);
    CHECK(different.size() == widths.size());
}

TEST_CASE("the count rule finds the outcome as often as stated, and nothing where there is none") {
    const auto usual = iv::simulate_outcomes({});
    CHECK(usual.at_effect.recordings == 3200);
    CHECK(usual.at_effect.balanced_accuracy == Approx(0.68).margin(0.03));
    CHECK(usual.control.balanced_accuracy == Approx(0.5).margin(0.03));
    CHECK(usual.at_effect.always_win == usual.at_effect.win_share);
    iv::settings strong;
    strong.outcome_effect = 0.6;
    CHECK(iv::simulate_outcomes(strong).at_effect.balanced_accuracy == Approx(0.77).margin(0.03));
}

TEST_CASE("the second annotator misses, swaps and moves as much as stated") {
    iv::settings s;
    s.recordings = 200;
    s.overlap_share = 0;
    s.median_events = 12;  // apart, so that segments can be matched by their place
    const iv::generator corpus(s);
    double marked = 0, found = 0, swapped = 0, square = 0;
    for (int i = 0; i < corpus.size(); ++i) {
        const iv::interview one = corpus.outline(i);
        for (const auto& a : one.first) {
            if (a.length() < 50) continue;
            ++marked;
            for (const auto& b : one.second)
                if (std::abs(a.start - b.start) < 20 && std::abs(a.end - b.end) < 20) {
                    ++found;
                    swapped += a.label != b.label ? 1 : 0;
                    square += std::pow((b.start - a.start) / iv::frame_rate, 2);
                    break;
                }
        }
    }
    REQUIRE(marked > 500);
    CHECK(1 - found / marked == Approx(0.08).margin(0.03));
    CHECK(swapped / found == Approx(0.05).margin(0.025));
    CHECK(std::sqrt(square / found) == Approx(0.15).margin(0.02));
}

TEST_CASE("the schedules of version 1.0.0 are frozen") {
    // Another figure here means other recordings: raise generator_version and calibrate again.
    iv::settings s;
    s.recordings = 20;
    const iv::generator corpus(s);
    std::uint32_t hash = 2166136261u;
    const auto take = [&](int value) {
        hash = (hash ^ static_cast<std::uint32_t>(value)) * 16777619u;
    };
    for (int i = 0; i < corpus.size(); ++i) {
        const iv::plan p = corpus.plan_of(i);
        take(p.frames);
        for (const auto& e : p.script.events) {
            take(e.label);
            take(e.start);
            take(e.end);
        }
    }
    CHECK(iv::generator_version == "1.0.0");
    CHECK(hash == 2024290647u);
}

TEST_CASE("settings out of range are refused by name") {
    const auto refused = [](auto change) {
        iv::settings s;
        change(s);
        try {
            iv::generator made(s);
            return std::string("accepted");
        } catch (const error& e) {
            return std::string(e.what());
        }
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THAT(refused([](auto& s) { s.recordings = 0; }), Catch::Contains("recordings"));
    CHECK_THAT(refused([](auto& s) { s.minutes_scale = -1; }), Catch::Contains("minutes_scale"));
    CHECK_THAT(refused([&](auto& s) { s.outcome_effect = nan; }),
               Catch::Contains("outcome_effect"));
    CHECK_THAT(refused([](auto& s) { s.missed_share = 1.5; }), Catch::Contains("share"));
    CHECK_THAT(refused([](auto& s) { s.gap_shortest = 40; }), Catch::Contains("gap_shortest"));
    const iv::generator corpus(small_corpus(3));
    CHECK_THROWS_AS(corpus.make(3), error);
    CHECK_THROWS_AS(corpus.plan_of(-1), error);
}
