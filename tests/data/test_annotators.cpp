// SPDX-License-Identifier: MIT
#include <map>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/annotators.hpp"

namespace data = mgkit::data;
using data::label_rule;
using data::segment;

namespace {

const char* const head = "recording,start,end,label,annotator\n";

data::annotations read(const std::string& rows) {
    return data::parse_annotations(head + rows, "s.csv");
}
std::vector<segment> chosen(const data::annotations& from, const std::string& recording,
                            const char* rule, label_rule labels = label_rule::apart) {
    return data::settled(from, recording, data::parse_annotators(rule), labels);
}

}  // namespace

TEST_CASE("annotators: the first is the lowest number that looked, per recording", "[data]") {
    const auto a =
        read("a,0,10,3,0\na,2,9,3,1\nb,5,8,2,1\nc,1,4,2,7\nc,6,9,2,4\nd,,,,0\nd,3,5,1,2\n");
    CHECK(chosen(a, "a", "first") == std::vector<segment>{{0, 10, 3, 0}});
    CHECK(chosen(a, "b", "first") == std::vector<segment>{{5, 8, 2, 1}});
    CHECK(chosen(a, "c", "first") == std::vector<segment>{{6, 9, 2, 4}});
    CHECK(chosen(a, "d", "first").empty());  // annotator 0 looked and found nothing
    CHECK(data::annotated(a, "d", data::parse_annotators("first")));
    CHECK(chosen(a, "b", "1") == std::vector<segment>{{5, 8, 2, 1}});
    CHECK_FALSE(data::annotated(a, "b", data::parse_annotators("0")));
    CHECK_FALSE(data::annotated(a, "e", data::parse_annotators("first")));
}

TEST_CASE("annotators: union and consensus by hand", "[data]") {
    const auto a = read(
        "a,0,10,0,1\na,5,12,0,2\na,20,30,1,1\na,22,28,2,2\na,40,45,0,1\na,45,50,0,1\n"
        "b,0,4,0,0\nb,2,6,0,1\nb,3,9,0,2\n");
    CHECK(chosen(a, "a", "union") ==
          std::vector<segment>{
              {0, 12, 0, 0}, {20, 30, 1, 0}, {22, 28, 2, 0}, {40, 45, 0, 0}, {45, 50, 0, 0}});
    CHECK(chosen(a, "a", "consensus") == std::vector<segment>{{5, 10, 0, 0}});
    // Whatever the class, both saw something from 22 to 28.
    CHECK(chosen(a, "a", "consensus", label_rule::together) ==
          std::vector<segment>{{5, 10, 0, 0}, {22, 28, 0, 0}});
    CHECK(chosen(a, "b", "consensus") == std::vector<segment>{{2, 6, 0, 0}});
    const auto one = read("a,0,5,1,3\na,5,9,1,3\n");
    CHECK(chosen(one, "a", "consensus") == std::vector<segment>{{0, 5, 1, 0}, {5, 9, 1, 0}});
}

TEST_CASE("annotators: who found nothing counts for the consensus", "[data]") {
    CHECK(chosen(read("a,0,5,1,0\n"), "a", "consensus").size() == 1);
    const auto a = read("a,0,5,1,0\na,,,,1\n");
    CHECK(chosen(a, "a", "consensus").empty());
    CHECK(data::annotated(a, "a", data::parse_annotators("consensus")));
    const auto settled = data::settled(a, data::parse_annotators("consensus"), label_rule::apart);
    CHECK(settled.annotated("a"));
}

TEST_CASE("annotators: runs are what counting frames gives", "[data]") {
    mgkit::random_stream random(mgkit::random_key{.seed = 11}, "test");
    constexpr int frames = 60, people = 4;
    for (int trial = 0; trial < 300; ++trial) {
        data::annotations a;
        a.class_names = {"x", "y"};
        auto& list = a.by_recording["r"];
        for (int k = 0; k < 9; ++k) {
            const int start = static_cast<int>(random.below(frames - 12));
            list.push_back({start, start + 1 + static_cast<int>(random.below(10)),
                            static_cast<int>(random.below(2)),
                            static_cast<int>(random.below(people)) + trial % 2});
        }
        data::sort_segments(list);
        const auto who = a.annotators_of("r");
        for (const auto labels : {label_rule::apart, label_rule::together})
            for (const auto& [rule, needed] : std::map<std::string, std::size_t>{
                     {"union", 1}, {"consensus", who.size() / 2 + 1}}) {
                const auto runs = chosen(a, "r", rule.c_str(), labels);
                for (int t = 0; t < frames; ++t)
                    for (int label = 0; label < (labels == label_rule::apart ? 2 : 1); ++label) {
                        std::set<int> marking;
                        for (const auto& s : list)
                            if (s.start <= t && t < s.end &&
                                (labels == label_rule::together || s.label == label))
                                marking.insert(s.annotator);
                        int covering = 0;
                        for (const auto& s : runs)
                            covering += s.label == label && s.start <= t && t < s.end ? 1 : 0;
                        REQUIRE(covering == (marking.size() >= needed ? 1 : 0));
                    }
            }
    }
}

TEST_CASE("annotators: what was left is counted", "[data]") {
    const auto a = read("a,0,10,0,0\na,1,9,1,1\nb,0,3,0,2\nc,,,,0\n");
    const auto count = [&](const char* rule) {
        data::annotator_counts out;
        for (const char* name : {"a", "b", "c", "d"})
            out.add(a, name, data::parse_annotators(rule));
        return out;
    };
    const auto first = count("first"), all = count("union"), second = count("1"),
               consensus = count("consensus");
    CHECK(first.recordings == 4);
    CHECK(first.not_annotated == 1);
    CHECK(first.several == 1);
    CHECK(first.segments == 3);
    CHECK(first.unused == 1);
    CHECK(all.unused == 0);
    CHECK(all.overlapping_classes == 1);
    CHECK(second.not_annotated == 3);
    CHECK(second.unused == 2);
    CHECK(consensus.unused == 2);
}

TEST_CASE("annotators: rules that are none are refused", "[data]") {
    for (const char* words : {"", "second", "-1", "1.5", "1 ", "99999999999"})
        CHECK_THROWS_WITH(data::parse_annotators(words),
                          Catch::Contains("first, union, consensus"));
    CHECK(data::parse_annotators("12").number == 12);
}

TEST_CASE("annotations: nothing found is read, written and kept", "[data]") {
    const auto a = read("a,0,5,0,1\nb,,,,0\n");
    CHECK(a.annotated("b"));
    CHECK_FALSE(a.annotated("c"));
    CHECK(a.annotators_of("b") == std::set<int>{0});
    const std::string path = "test_nothing_found.csv";
    data::write_annotations(path, a);
    CHECK(data::read_annotations(path).nothing_found == a.nothing_found);
    std::remove(path.c_str());
    CHECK_THROWS_WITH(read("a,0,5,0,0\na,,,,0\n"), Catch::Contains("found nothing"));
    CHECK_THROWS_WITH(read("a,,5,0,0\n"), Catch::Contains("a whole number"));
    // A recording of nothing but rest was looked at.
    const auto gestures = data::without_classes(a, std::vector<int>{0});
    CHECK(gestures.of("a").empty());
    CHECK(gestures.annotators_of("a") == std::set<int>{1});
    CHECK(data::merged(a, std::vector<int>{0}, "unit").annotated("a"));
    CHECK(data::merged(a, {}, "unit").annotated("b"));
}
