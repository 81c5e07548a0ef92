// SPDX-License-Identifier: MIT
#include <cstdio>
#include <string>
#include <utility>

#include "catch.hpp"
#include "mgkit/data/annotations.hpp"

namespace data = mgkit::data;

TEST_CASE("annotations: read, ordered, named", "[data]") {
    const auto a = data::parse_annotations(
        "recording,start,end,label,class,annotator\n"
        "b,5,9,1,wave,1\n"
        "a,10,20,0,,0\n"
        "a,0,4,1,wave,0\n",
        "s.csv");
    CHECK(a.class_names == std::vector<std::string>{"class 0", "wave"});
    REQUIRE(a.of("a").size() == 2);
    CHECK(a.of("a")[0] == data::segment{0, 4, 1, 0});
    CHECK(a.of("b")[0] == data::segment{5, 9, 1, 1});
    CHECK(a.of("nobody").empty());
    CHECK(a.size() == 3);
    CHECK(a.label_of("wave") == 1);
    CHECK_FALSE(a.label_of("nod"));
}

TEST_CASE("annotations: what is written is read back", "[data]") {
    data::annotations a;
    a.class_names = {"one, or \"two\"", "three"};
    a.by_recording["r,1"] = {{0, 3, 1, 0}, {2, 8, 0, 1}};
    a.by_recording["r2"] = {{7, 8, 1, 2}};
    const std::string path = "test_annotations.csv";
    data::write_annotations(path, a);
    const auto b = data::read_annotations(path);
    std::remove(path.c_str());
    CHECK(b.class_names == a.class_names);
    CHECK(b.by_recording == a.by_recording);
}

TEST_CASE("annotations: impossible segments are left out, refused where strict", "[data]") {
    const auto parsed = [](const std::string& row, bool strict) {
        return data::parse_annotations("recording,start,end,label,class\n" + row + "\nz,1,2,0,\n",
                                       "s.csv", {.strict = strict});
    };
    for (const auto& [row, because] : {std::pair{"a,-1,4,0,", "a frame from 0"},
                                       {"a,4,4,0,", "a frame after 4"},
                                       {"a,5,4,0,", "a frame after 5"},
                                       {",1,2,0,", "a recording"}}) {
        const auto kept = parsed(row, false);
        CHECK(kept.size() == 1);
        CHECK(kept.found.count("segments_unusable") == 1);
        CHECK_THROWS_WITH(parsed(row, true), Catch::Contains(because));
    }
    CHECK(parsed("a,1,2,0,", true).found.empty());
    CHECK(parsed("a,1.0,20.0,0.0,", true).of("a")[0] == data::segment{1, 20, 0, 0});
}

TEST_CASE("annotations: what is no segment at all is refused", "[data]") {
    const auto refused = [](const std::string& row, const std::string& because) {
        CHECK_THROWS_WITH(
            data::parse_annotations("recording,start,end,label,class\n" + row + "\n", "s.csv"),
            Catch::Contains(because));
    };
    refused("a,1,2,-1,", "a label from 0");
    refused("a,1,2,70000,", "a label from 0");
    refused("a,1.5,2,0,", "not seconds");
    refused("a,1,1e12,0,", "a frame below");
    refused("a,x,2,0,", "a whole number");
    refused("a,inf,2,0,", "a frame below");
    refused("a,nan,2,0,", "a whole number");
    refused("a,1,2,0,x\na,3,4,0,y", "the name of label 0 so far");
    CHECK_THROWS_WITH(data::parse_annotations("recording,start,end\n", "s"),
                      Catch::Contains("a column named label"));
}
