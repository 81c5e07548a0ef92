// SPDX-License-Identifier: MIT
// iMiGUE's CSV as the release, editors and pandas write it.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "data/written.hpp"
#include "io/support.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/data/readers/imigue_csv.hpp"
#include "mgkit/io/atomic_file.hpp"

namespace imigue_tests {

using namespace mgkit;
using namespace mgkit::data;
using namespace mgkit::data::readers;
using recordings::marking;
using written::case_of;
using written::frames_of;
using written::noted;

/// A row of `joints` joints at (10 j, 500), score .5; fields between `separator`.
std::string row(const std::string& index, int joints = 35, const std::string& separator = ",",
                const std::string& score = "0.5") {
    std::string out = index;
    for (int j = 0; j < joints; ++j)
        out += text(separator, 10 * j, separator, 500, separator, score);
    return out;
}
std::string heading(int fields, const std::string& separator = ",") {
    std::string out = "index";
    for (int k = 1; k < fields; ++k) out += text(separator, k, "_x");
    return out;
}
/// The row with its k-th field, counted from 0, replaced.
std::string with(std::string line, int k, const std::string& field) {
    std::size_t at = 0;
    for (int i = 0; i < k; ++i) at = line.find(',', at) + 1;
    const std::size_t end = std::min(line.find(',', at), line.size());
    return line.replace(at, end - at, field);
}
detections read(const std::string& csv, const read_policy& policy = {}) {
    return imigue_csv::parse(csv, "v.csv", policy);
}

TEST_CASE("iMiGUE: rows of an index and 35 joints", "[data][readers]") {
    const auto row = [](int index, int joints) {
        std::string out = text(index);
        for (int j = 0; j < joints; ++j) out += text(",", j, ".5,", 100 + j, ", 0.25");
        return out + "\r\n";
    };
    const std::string nobody = "1" + [] {
        std::string zeros;
        for (int k = 0; k < 105; ++k) zeros += ",0";
        return zeros;
    }() + "\n";
    const auto people = imigue_csv::parse(row(0, 35) + nobody + row(2, 35), "v.csv");
    CHECK(people.topology.name == "imigue22");
    CHECK(people.first == std::vector<std::size_t>{0, 1, 1, 2});
    CHECK(people.person(0)[3 * 4] == 4.5f);
    CHECK(people.person(0)[3 * 8] == 15.5f);        // right eye
    CHECK(people.person(0)[3 * 21 + 1] == 134.0f);  // the last finger point
    CHECK(people.person(0)[3 * 21 + 2] == 0.25f);
    std::string heading = "frame";
    for (int k = 0; k < 105; ++k) heading += ",c";
    CHECK(imigue_csv::parse(heading + "\n" + row(0, 35), "v.csv").frames() == 1);
    const auto bare = imigue_csv::parse(row(0, 25), "v.csv");
    CHECK(bare.person(0)[3 * 12 + 2] == 0);
    CHECK(noted(bare, "without fingers"));

    scratch_folder scratch;
    io::write_file(scratch / "0031_light_hand.csv", heading + "\n" + row(0, 35));
    CHECK(recognise(scratch / "0031_light_hand.csv") == "imigue_csv");
    CHECK(list_any(scratch / "0031_light_hand.csv") == std::vector<std::string>{"0031"});
    io::write_file(scratch / "labels.csv", "1,10,20\n2,30,40\n");
    CHECK(recognise(scratch / "labels.csv").empty());

    // The upper body's finger tips become the finger points.
    const auto body = recordings::random_recording<skeleton::upper_body>(3);
    write_as("imigue_csv", scratch / "b.csv", body);
    CHECK(read_any(scratch / "b.csv").frames() == 3);

    const auto refused = [](const std::string& csv, std::string_view part) {
        INFO(csv.substr(0, 100));
        CHECK_REFUSED(imigue_csv::parse(csv, "v.csv"), part);
    };
    refused("", "v.csv: expected at least one frame");
    refused("1,2,3\n", "a CSV of 106 or 76 fields, as iMiGUE has, found 3");
    refused(row(0, 35) + row(1, 25), "frame 1: expected 106 fields, as before, found 76");
    refused(row(0, 35) + "x" + row(1, 35), "a number, found \"x1\" as field 0");
    refused(row(0, 35) + row(1, 34) + ",1,1,1", "fields, as before");
    std::string odd = row(0, 35);
    refused(odd.replace(odd.find("3.5"), 3, "nan"), "frame 0, person 0: expected finite");
    refused(odd.replace(odd.find("nan"), 3, "1e9999"), "a number");
    refused(odd.replace(odd.find("1e9999"), 6, "1e99"), "numbers that fit float");
    refused(odd.replace(odd.find("1e99"), 4, ""), "frame 0, person 0: expected finite");
}

TEST_CASE("iMiGUE: a clean file raises nothing", "[data][readers][quick]") {
    const std::string rows = row("0") + "\n" + row("1") + "\n" + row("2") + "\n";
    CHECK(read(rows).found.empty());
    CHECK(read(heading(106) + "\n" + rows).found.empty());
    CHECK(read(row("1") + "\n" + row("2")).found.empty());  // counted from 1
    CHECK(read(row("0", 35, ",", "1.05")).found.empty());   // as OpenPose writes it
    CHECK(read(row("0", 25)).found.sentences().size() == 1);
}

TEST_CASE("iMiGUE: the same rows in other dress are the same recording", "[data][readers][quick]") {
    const std::string lines[] = {row("0"), row("1"), row("2")};
    const auto plain = read(lines[0] + "\n" + lines[1] + "\n" + lines[2]);
    REQUIRE(plain.frames() == 3);
    const auto same = [&](const std::string& csv) {
        INFO(csv.substr(0, 60));
        const auto other = read(csv);
        CHECK(other.values == plain.values);
        CHECK(other.first == plain.first);
        CHECK(other.found.empty());
    };
    const auto joined = [&](const std::string& end, const std::string& before = "") {
        return before + lines[0] + end + lines[1] + end + lines[2] + end;
    };
    same(joined("\n"));
    same(joined("\r\n"));
    same(joined("\n") + "\n");
    same(joined("\n") + "\r\n  \n\n");
    same(joined("\n", heading(106) + "\n"));
    same(joined("\n", "\n" + heading(106) + "\n\n"));
    same(joined("\n", "\xEF\xBB\xBF"));
    same(joined("\n", "\xEF\xBB\xBF" + heading(106) + "\r\n"));
    std::string numbers = "0";  // pandas' own heading
    for (int k = 1; k < 106; ++k) numbers += text(",", k);
    same(joined("\n", numbers + "\n"));
    std::string quoted, spaced, signs;
    for (const char c : joined("\n")) {
        quoted += c == ',' ? "\",\"" : c == '\n' ? "\"\n\"" : std::string(1, c);
        spaced += c == ',' ? " , " : std::string(1, c);
        signs += c == ',' ? ",+" : std::string(1, c);
    }
    quoted.pop_back();
    same("\"" + quoted);
    same(spaced);
    same(signs);
}

TEST_CASE("iMiGUE: empty cells are values that are missing", "[data][readers][quick]") {
    for (const char* nothing : {"", " ", "nan", "NaN", "NA", "null", "\"\"", "None"}) {
        INFO(nothing);
        const std::string csv = row("0") + "\n" + with(row("1"), 1 + 3 * 4, nothing) + "\n";
        const auto marked = read(csv, marking);
        CHECK(marked.frames() == 2);
        CHECK(marked.found.count("not_finite") == 1);
        CHECK(frames_of(marked.found, "not_finite") == std::vector<int>{1});
        CHECK(marked.person(1)[3 * 4 + 2] == 0);
        CHECK(marked.person(1)[3 * 5 + 2] == 0.5f);
        CHECK_REFUSED(read(csv), "frame 1, person 0: expected finite numbers");
    }
    // The first joint's cell is empty: still no heading.
    CHECK(read(with(row("0"), 1, "") + "\n" + row("1"), marking).frames() == 2);
    // Joints that are not kept do not matter.
    CHECK(read(with(row("0"), 1 + 3 * 20, "")).found.empty());
    std::string empty = "1";
    for (int k = 1; k < 106; ++k) empty += ",";
    CHECK(read(row("0") + "\n" + empty + "\n", marking).found.count("not_finite") == 22);
    CHECK_REFUSED(read(with(row("0"), 7, "x")), "a number, found \"x\" as field 7");
}

TEST_CASE("iMiGUE: an index that jumps numbers the frames", "[data][readers][quick]") {
    const auto rows = [](const std::vector<std::string>& numbers) {
        std::string out;
        for (const auto& n : numbers) out += row(n) + "\n";
        return read(out);
    };
    const auto gaps = rows({"0", "1", "4", "5.0"});
    CHECK(gaps.first == std::vector<std::size_t>{0, 1, 2, 2, 2, 3, 4});
    CHECK(gaps.found.count("missing_frames") == 2);
    const auto late = rows({"5", "6"});
    CHECK(late.frames() == 7);
    CHECK(late.found.count("frames_before_first") == 5);
    for (const auto& numbers : std::vector<std::vector<std::string>>{
             {"0", "0", "0"}, {"2", "1", "0"}, {"0.5", "1.5", "2.5"}, {"", "", ""}}) {
        const auto others = rows(numbers);
        CHECK(others.frames() == 3);
        CHECK(others.found.count("index_not_rising") == 1);
    }
    // An hour at 60 frames per second may be missing; more is no count of frames.
    const auto hour = rows({"0", "216001", "216002"});
    CHECK(hour.frames() == 216003);
    CHECK(hour.found.count("missing_frames") == 216000);
    CHECK(rows({"216000", "216001"}).found.count("frames_before_first") == 216000);
    const auto times = rows({"0", "2000000000"});
    CHECK(times.frames() == 2);
    CHECK(times.found.count("index_not_rising") == 1);
    for (const char* far : {"2000000000", "300000"}) {
        const auto one = rows({far});
        CHECK(one.frames() == 1);
        CHECK(noted(one, text("counted from ", far)));
    }
    // Many rows may have more between them.
    std::string many;
    for (int k = 0; k < 2000; ++k) many += row(text(k < 1000 ? k : k + 400000)) + "\n";
    CHECK(read(many).frames() == 402000);
}

TEST_CASE("iMiGUE: scores that are none", "[data][readers][quick]") {
    const auto above = read(row("0", 35, ",", "100"));
    CHECK(above.found.count("scores_above_one") == 22);
    const auto below = read(row("0") + "\n" + with(row("1"), 3, "-0.5"));
    CHECK(below.found.count("scores_negative") == 1);
    CHECK(below.person(1)[2] == 0);
    const auto middle = read(row("0") + "\n\n" + row("1"));
    CHECK(middle.frames() == 2);
    CHECK(middle.found.count("blank_lines") == 1);
}

TEST_CASE("iMiGUE: tables that are nearly it are told what differs", "[data][readers][quick]") {
    scratch_folder scratch;
    const auto nearly = [&](const std::string& csv, const std::string& name = "x.csv") {
        io::write_file(scratch / name, csv);
        CHECK_FALSE(imigue_csv{}.recognises(scratch / name));
        return imigue_csv::almost(scratch / name);
    };
    CHECK_CONTAINS(nearly("," + heading(106) + "\n0," + row("0")),
                   "a CSV of 107 fields; iMiGUE has 106 or 76: was it saved with its index?");
    CHECK_CONTAINS(nearly("0," + row("0", 25)), "77 fields");
    CHECK_CONTAINS(nearly(row("0", 35, ";")), "106 fields between semicolons");
    CHECK_CONTAINS(nearly(heading(106, ";") + "\n" + row("0", 35, ";", "0,5")),
                   "with points in its numbers");
    CHECK_CONTAINS(nearly(row("0", 25, "\t")), "76 fields between tabs");
    CHECK_CONTAINS(nearly(row("0", 35, ",", "0,5,0,0")), "are its numbers written with commas");
    CHECK_CONTAINS(nearly(row("0").substr(2)), "an index of the frame, is not there");
    CHECK_CONTAINS(nearly(row("0"), "x.txt"), "name it .csv");
    CHECK(nearly("1,10,20\n").empty());
    CHECK(nearly("").empty());
    CHECK(imigue_csv::almost(scratch / "missing.csv").empty());
    io::write_file(scratch / "x.csv", row("0"));
    CHECK(imigue_csv::almost(scratch / "x.csv").empty());
    CHECK_REFUSED(read("0," + row("0")), "was it saved with its index?");
    CHECK_REFUSED(read(with(row("0"), 2, "\"0,5\"")), "points, not commas");
    CHECK_REFUSED(read(row("0") + "\n" + row("1", 34)), "frame 1: expected 106 fields, as before");
    CHECK_REFUSED(read(row("0") + "\n" + row("1", 35, ";")), "between semicolons");
}

TEST_CASE("iMiGUE: what users reported", "[data][readers][real]") {
    if (case_of("19-imigue-csv").empty()) return skip("no cases beside the data sets");
    const auto blank = read_any(case_of("19-imigue-csv/0010_light_hand.csv"));
    CHECK(blank.frames() == 6);
    CHECK(blank.found.empty());
    CHECK_CONTAINS(imigue_csv::almost(case_of("19-imigue-csv/0008_light_hand.csv")),
                   "a CSV of 107 fields; iMiGUE has 106 or 76");
    CHECK_CONTAINS(imigue_csv::almost(case_of("19-imigue-csv/0011_light_hand.csv")), "semicolons");
    CHECK(read_any(case_of("19-imigue-csv/0009_light_hand.csv"), 0, marking).frames() == 6);
}

}  // namespace imigue_tests
