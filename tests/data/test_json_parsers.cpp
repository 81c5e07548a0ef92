// SPDX-License-Identifier: MIT
// What readers accept as JSON, and that every parser says the same of every text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "data/json_events_text.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/list.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "real_files.hpp"

using namespace mgkit;
namespace readers = data::readers;

namespace {

using embedded = readers::nlohmann_json;
#if defined(MGKIT_JSON_SIMDJSON)
using other = readers::simdjson_json;
#else
using other = readers::default_json;
#endif

struct sample {
    std::string text;
    bool accepted;
};

std::string nested(int depth, const std::string& inside = "") {
    return std::string(static_cast<std::size_t>(depth), '[') + inside +
           std::string(static_cast<std::size_t>(depth), ']');
}

std::vector<sample> samples() {
    std::vector<sample> out;
    const auto both = [&](bool accepted, std::initializer_list<std::string> texts) {
        for (const auto& text : texts) out.push_back({text, accepted});
    };
    // Values where they stand alone, in a list, in an object, skipped in two ways, and behind NaN.
    const auto value = [&](bool accepted, const std::string& text) {
        both(accepted,
             {text, " " + text + "\n", "[" + text + "]", "[1, " + text + " , 2]",
              "{\"a\":" + text + "}", "{\"skip\":" + text + ",\"b\":" + text + "}",
              "{\"unwanted\":[" + text + "],\"b\":[" + text + "]}", "[NaN," + text + ",\"NaN\"]"});
    };
    for (const char* text : {"NaN",
                             "Infinity",
                             "-Infinity",
                             "0",
                             "-0",
                             "-0.0",
                             "1e-400",
                             "-1e-400",
                             "1E+2",
                             "18446744073709551615",
                             "18446744073709551616",
                             "-9223372036854775808",
                             "-9223372036854775809",
                             "9223372036854775808",
                             "0e99999999999999999999",
                             "5e-324",
                             "1e-99999999999999999999",
                             "1.7976931348623157e308",
                             "123456789012345678901234567890",
                             "0.1000000000000000055511151231257827021181583404541015625",
                             "2.2250738585072011e-308",
                             "9007199254740993",
                             "-1.7391823456789012e-301",
                             "true",
                             "false",
                             "null",
                             "[]",
                             "{}",
                             "[[],{}]",
                             "\"\"",
                             "\"\\ud83d\\ude00\\u00e4\\/\\b\"",
                             "\"\\u0000\"",
                             "\"\x7f\"",
                             "\"\xf0\x9f\x98\x80\"",
                             "\"a \\\" NaN, Infinity\"",
                             "{\"a\":1,\"a\":2}",
                             "{\"skip\":[1,[2],{\"skip\":3}],\"c\":4}",
                             "{\"skip\":{},\"skip\":\"x\",\"c\":-5}"})
        value(true, text);
    for (const char* text : {"nan",
                             "-NaN",
                             "+NaN",
                             "NAN",
                             "Nan",
                             "NaNs",
                             "NaN1",
                             "1NaN",
                             "NaNNaN",
                             "inf",
                             "infinity",
                             "+Infinity",
                             "INFINITY",
                             "Infinity1",
                             "-  Infinity",
                             "1-Infinity",
                             "--Infinity",
                             "nuNaN",
                             "Infinit",
                             "Na",
                             "-I",
                             "1e999",
                             "-1e999",
                             "01",
                             "-",
                             "1.",
                             ".5",
                             "+1",
                             "1e",
                             "1e+",
                             "0x10",
                             "tru",
                             "nul",
                             "nullx",
                             "'a'",
                             "\"\\ud800\"",
                             "\"\\udc00\"",
                             "\"\\ud800\\u0041\"",
                             "\"\\ud800\\ud800\"",
                             "\"\\q\"",
                             "\"\\u12g4\"",
                             "\"\xff\"",
                             "\"\xc3\"",
                             "\"\xc0\x80\"",
                             "\"\xed\xa0\x80\"",
                             "\"\xf4\x90\x80\x80\"",
                             "\"\x1f\"",
                             "\"\n\"",
                             "\xc3\xa4",
                             "// no",
                             "[1,]",
                             "{\"a\":1,}",
                             "[,1]",
                             "[1 2]",
                             "{\"a\" 1}",
                             "{1:2}",
                             "[1}",
                             "{\"a\":1]"})
        value(false, text);
    both(false, {"",
                 " ",
                 "\"",
                 "\"a",
                 "[",
                 "{",
                 "[1",
                 "[\"a\"",
                 "{\"a\"",
                 "{\"a\":",
                 "[1] 2",
                 "[]]",
                 "]",
                 "}",
                 ",",
                 ":",
                 "[NaN",
                 "NaN NaN",
                 "[NaN NaN]",
                 "[1],",
                 "\x01",
                 "[1]\x0c",
                 "\xef\xbb",
                 "\xef\xbb\xbf",
                 "\xef\xbb\xbf\xef\xbb\xbf[1]",
                 "[1]\xef\xbb\xbf",
                 "{NaN:1}",
                 "\n\n[1,\n 2, NaN, Infinity,, 3]",
                 "[NaN,\n\n1,,]",
                 std::string("[1]\0", 4),
                 std::string("\0[1]", 4),
                 std::string("[\0]", 3),
                 std::string("[\"\0\"]", 5),
                 std::string("[1]\0[2]", 7),
                 std::string(1000, ',')});
    both(true, {"\xef\xbb\xbf[1]", "\xef\xbb\xbf[NaN]", "\t\r\n[1]\t\r\n"});
    for (const int depth : {62, 63, 64}) {
        both(true,
             {nested(depth), nested(depth, "1"), nested(depth, "NaN"),
              "{\"skip\":" + nested(depth - 1) + "}", "{\"skip\":" + nested(depth - 1, "1") + "}",
              nested(depth - 1, "{}"), nested(depth - 1, "{\"a\":1}")});
    }
    for (const int depth : {65, 66, 1000, 100000}) {
        both(false,
             {nested(depth), nested(depth, "1"), nested(depth, "NaN"), nested(depth - 1, "{}"),
              "{\"skip\":" + nested(depth - 1) + "}", "{\"unwanted\":" + nested(depth - 1) + "}",
              nested(depth - 1, "{\"a\":1}"), std::string(static_cast<std::size_t>(depth), '[')});
    }
    return out;
}

/// Everything in detections, or why there are none.
template <class R, class Provider>
std::string read_as_text(std::string_view text) {
    try {
        const data::detections got = R::template parse<Provider>(text, "input");
        std::string out = got.name + mgkit::text(" ", got.fps, " ", got.width, " ", got.height, " ",
                                                 got.topology.name, " ", int(got.layout));
        for (const auto& joint : got.topology.joints) out += " " + std::string(joint);
        for (const auto first : got.first) out += mgkit::text(" ", first);
        for (const auto track : got.track) out += mgkit::text(" ", track);
        out.append(reinterpret_cast<const char*>(got.values.data()), got.values.size() * 4);
        for (const auto& said : got.found.sentences()) out += "\n" + said;
        return out;
    } catch (const error& problem) {
        return problem.what();
    }
}

/// Both parsers on one text, as events.
void check_equal_events(std::string_view text) {
    bool ours = false, theirs = false;
    const std::string a = events_of<embedded>(text, ours), b = events_of<other>(text, theirs);
    CHECK(ours == theirs);
    CHECK(a == b);
}

/// The same, and by every reader of JSON; how many readers took it.
int check_equal(std::string_view text) {
    check_equal_events(text);
    int taken = 0;
    readers::all::for_each([&]<class R>(type_tag<R>) {
        if constexpr (requires { R::template parse<embedded>(text, std::string()); }) {
            INFO("reader " << R::name);
            const std::string one = read_as_text<R, embedded>(text);
            const std::string two = read_as_text<R, other>(text);
            CHECK(one == two);
            taken += one.starts_with("input") ? 0 : 1;
        }
    });
    return taken;
}

}  // namespace

TEST_CASE("both parsers say the same of a text, in the same words", "[data][readers][json]") {
    int sample = 0;
    for (const auto& [text, accepted] : samples()) {
        INFO(text.substr(0, 80));
        bool taken = false;
        events_of<embedded>(text, taken);
        CHECK(taken == accepted);
        check_equal(text);
        // Long texts are not copied, and need another document: every fourth, for they take long.
        if (text.size() > 60 || text.empty() || ++sample % 4 != 0) continue;
        check_equal_events(std::string(265000, ' ') + text);
    }
}

TEST_CASE("mgkit's own files have no NaN", "[data][json]") {
    for (const char* text : {"[NaN]", "Infinity", "{\"a\": -Infinity}"}) {
        bool taken = false;
        events_of<readers::default_json>(text, taken);
        CHECK(taken);
        CHECK_THROWS_AS(io::parse_json(text, "x.json"), error);
    }
}

TEST_CASE("NaN and Infinity arrive as numbers", "[data][readers][json]") {
    bool taken = false;
    const std::string want = "[nanr0000000000000000 r7ff0000000000000 rfff0000000000000 ]";
    CHECK(events_of<embedded>("[NaN, Infinity, -Infinity]", taken) == want);
    CHECK(events_of<other>("[NaN, Infinity, -Infinity]", taken) == want);
    // A fault behind them is placed as if they had three letters or more.
    const std::string said = events_of<embedded>("[1,\nNaN, -Infinity,,]", taken);
    CHECK_FALSE(taken);
    CHECK(said.find("line 2, column 16") != std::string::npos);
    CHECK(said.find("see byte 20") != std::string::npos);
}

TEST_CASE("both parsers read what was collected", "[data][readers][json][real]") {
    const std::string folder = real_files("MGKIT_DATA_DIR", "../cases/recordings");
    if (folder.empty()) return skip("no ../cases/recordings beside $MGKIT_DATA_DIR");
    int files = 0, taken = 0;
    for (const auto& path : files_below(folder, ".json")) {
        INFO(path);
        const io::mapped_file file(path);
        taken += check_equal(file.text());
        ++files;
        // The same broken off, and with a byte too many.
        check_equal(file.text().substr(0, file.text().size() / 2));
        check_equal(std::string(file.text()) + "]");
    }
    CHECK(files > 50);
    CHECK(taken > 20);
}
