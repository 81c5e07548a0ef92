// SPDX-License-Identifier: MIT
#include "mgkit/data/findings.hpp"

#include <vector>

#include "catch.hpp"

#include "mgkit/data/findings_json.hpp"
#include "mgkit/io/json.hpp"

using namespace mgkit;
using data::finding_kind;
using data::findings;

namespace {

/// What two recordings told, as a corpus has it.
findings of_two() {
    findings a, b;
    a.add(finding_kind::left_out, "not_finite", "joints without a finite value", 2, 9);
    a.add(finding_kind::left_out, "not_finite", "joints without a finite value", 1, 4);
    a.add(finding_kind::guessed, "rate", "frame rates of a guess");
    b.add(finding_kind::left_out, "not_finite", "joints without a finite value", 1, 0);
    a.name_recording("a");
    b.name_recording("b");
    a.append(b);
    return a;
}

}  // namespace

TEST_CASE("findings count, keep frames in order, and stay with their recordings",
          "[data][findings]") {
    const findings found = of_two();
    REQUIRE(found.all().size() == 3);
    CHECK(found.count("not_finite") == 4);
    CHECK(found.all()[0].frames == std::vector<int>{4, 9});
    CHECK(found.all()[0].recording == "a");
    CHECK(found.all()[2].recording == "b");
    CHECK(found.count("never") == 0);
    findings many;
    for (int t = 40; t >= 0; --t) many.add(finding_kind::left_out, "x", "things", 1, t);
    CHECK(many.all()[0].count == 41);
    CHECK(many.all()[0].frames == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
    findings none;
    none.add(finding_kind::left_out, "x", "things", 0, 3);
    CHECK(none.empty());
    CHECK(none.sentences().empty());
}

TEST_CASE("findings in sentences: one per code, over recordings", "[data][findings]") {
    const auto told = of_two().sentences();
    REQUIRE(told.size() == 2);
    CHECK(told[0] ==
          "left out: 4 joints without a finite value, in 2 recordings, first a, frames 4, 9");
    CHECK(told[1] == "guessed: 1 frame rate of a guess, in a");
    findings one;
    one.add(finding_kind::suspect, "c", "classes never shown");
    one.add(finding_kind::suspect, "d", "dress codes");
    CHECK(one.sentences()[0] == "suspect: 1 class never shown");
    CHECK(one.sentences()[1] == "suspect: 1 dress code");
}

TEST_CASE("findings survive JSON; other JSON is refused", "[data][findings]") {
    const findings found = of_two();
    const io::json value = data::to_json(found);
    CHECK(data::findings_from_json(value, "here") == found);
    const auto refused = [](const char* text) {
        CHECK_THROWS_AS(data::findings_from_json(io::parse_json(text, "t"), "here"), mgkit::error);
    };
    refused("{}");
    refused("[1]");
    refused("[{\"kind\": \"imagined\"}]");
    refused("[{\"kind\": \"guessed\", \"count\": \"many\"}]");
    // Counts whose sum would overflow, and frames in any number and order.
    refused("[{\"kind\": \"guessed\", \"count\": -1}]");
    refused("[{\"kind\": \"guessed\", \"count\": 9223372036854775807}]");
    const auto frames =
        data::findings_from_json(io::parse_json("[{\"kind\": \"guessed\", \"count\": 3, "
                                                "\"frames\": [9, 2, 2, 8, 7, 6, 5, 4, 3, 1]}]",
                                                "t"),
                                 "here");
    CHECK(frames.all()[0].frames == std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8});
}
