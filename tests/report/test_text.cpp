// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/progress.hpp"
#include "mgkit/report/table.hpp"
#include "report/markup.hpp"

using namespace mgkit;
using namespace mgkit::report;

namespace {
const std::string bad = "\xEF\xBF\xBD";
}

TEST_CASE("cleaning keeps valid text and replaces what steers or breaks") {
    CHECK(clean("sitting \xC3\xA9t\xC3\xA9 \xE6\x89\x8B \xF0\x9F\x91\x8B") ==
          "sitting \xC3\xA9t\xC3\xA9 \xE6\x89\x8B \xF0\x9F\x91\x8B");
    CHECK(clean("a\tb\nc") == "a b c");
    CHECK(clean("\x1b[31mred") == bad + "[31mred");
    CHECK(clean(std::string("a\0b", 3)) == "a" + bad + "b");
    CHECK(clean("\xff") == bad);
    CHECK(clean("\xc3") == bad);                                // cut short
    CHECK(clean("\xc0\xaf") == bad + bad);                      // overlong
    CHECK(clean("\xed\xa0\x80") == bad + bad + bad);            // surrogate
    CHECK(clean("\xf4\x90\x80\x80") == bad + bad + bad + bad);  // beyond Unicode
    CHECK(clean("\xe2\x80\xae"
                "abc") == bad + "abc");         // right-to-left override
    CHECK(clean("\x7f\xc2\x9b") == bad + bad);  // delete, C1 control
    CHECK(clean("").empty());
}

TEST_CASE("cleaning and escaping hold for any bytes") {
    std::string every;
    for (int b = 0; b < 256; ++b)
        for (int c : {0x20, 0x80, 0xBF, 0xE2, 0xFF})
            every += static_cast<char>(b), every += static_cast<char>(c);
    const std::string once = clean(every);
    CHECK(clean(once) == once);
    CHECK(markup_fault("<p title=\"" + escape(every) + "\">" + escape(every) + "</p>") == "");
    CHECK(escape("<a href='x'>\"&\"</a>") ==
          "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
}

TEST_CASE("shortening counts characters, not bytes") {
    CHECK(width("\xC3\xA9t\xC3\xA9") == 3);
    CHECK(shorten("\xC3\xA9t\xC3\xA9", 3) == "\xC3\xA9t\xC3\xA9");
    CHECK(shorten("\xC3\xA9t\xC3\xA9s", 3) == "\xC3\xA9t\xE2\x80\xA6");
    CHECK(shorten("abcdef", 1) == "\xE2\x80\xA6");
    CHECK(shorten("", 0).empty());
}

TEST_CASE("numbers look the same everywhere") {
    CHECK(fixed(1234.5678, 2) == "1234.57");
    CHECK(fixed(-0.0001, 2) == "0.00");
    CHECK(fixed(-0.5, 1) == "-0.5");
    CHECK(fixed(std::nan(""), 2) == "-");
    CHECK(fixed(1e300, 0).size() == 301);
    CHECK(percent(.72849) == "72.8");
    CHECK(percent(1) == "100.0");
}

TEST_CASE("tables are aligned by characters") {
    table t({{"name", align::left}, {"score", align::right}});
    t.add({"caf\xC3\xA9", "9.5"}).add({"long name", "100.0"});
    CHECK(t.str() ==
          "name       score\n"
          "---------  -----\n"
          "caf\xC3\xA9         9.5\n"
          "long name  100.0\n");
}

TEST_CASE("tables survive hostile and endless cells, and refuse ragged rows") {
    table t({{"name", align::left}}, 20);
    t.add({hostile}).add({std::string(10000, 'x')});
    const std::string s = t.str();
    CHECK_FALSE(contains(s, "\x1b"));
    CHECK_FALSE(contains(s, "\r"));
    CHECK(s.size() < 200);
    CHECK(std::count(s.begin(), s.end(), '\n') == 4);
    CHECK_REFUSED(t.add({"a", "b"}), "1 cells");
    CHECK_REFUSED(table({}), "one column");
    CHECK(table({{"alone", align::left}}).str() == "alone\n-----\n");
}

TEST_CASE("progress lines by hand") {
    CHECK(progress_line({"pre-training", 400, 1000, 32, "clips", 0, "loss 12.3"}) ==
          "pre-training   40 % (400 of 1000 clips), 12.5 clips/s, 48 s left, loss 12.3");
    // A resumed run: 100 of the 400 in 30 s are its own, so 3.33 per second and 180 s to go.
    CHECK(progress_line({"fit", 400, 1000, 30, "steps", 300}) ==
          "fit   40 % (400 of 1000 steps), 3.33 steps/s, 3 min 00 s left");
    CHECK(progress_line({"fit", 0, 10, 0, "steps"}) == "fit    0 % (0 of 10 steps)");
    CHECK(progress_line({"fit", 10, 10, 5, "steps"}) ==
          "fit  100 % (10 of 10 steps), 2.00 steps/s, 5 s in all");
    CHECK(progress_line({"read", 50, 0, 2, "clips"}) == "read  50 clips, 25.0 clips/s");
}

TEST_CASE("100 % means finished") {
    CHECK(contains(progress_line({"fit", 9999, 10000, 1, "steps"}), " 99 %"));
    CHECK_FALSE(contains(progress_line({"fit", 9999, 10000, 1, "steps"}), "100 %"));
}

TEST_CASE("progress lines survive nonsense") {
    const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
    CHECK(contains(progress_line({"fit", 20, 10, 1, "steps"}), "100 % (20 of 10 steps)"));
    CHECK(contains(progress_line({"fit", -5, 10, 1, "steps"}), "0 %"));
    CHECK(contains(progress_line({"fit", 5, -10, 1, "steps"}), "5 steps"));
    for (double elapsed : {nan, infinity, -3.0, 0.0, 1e-300, 1e300})
        CHECK(contains(progress_line({"fit", 5, 10, elapsed, "steps"}), "50 %"));
    const std::string s = progress_line({hostile, 1, 2, 1, hostile, 0, hostile});
    for (char c : s) CHECK(static_cast<unsigned char>(c) >= 0x20);
}

TEST_CASE("durations and rates") {
    CHECK(duration(0) == "0 s");
    CHECK(duration(59.4) == "59 s");
    CHECK(duration(59.6) == "1 min 00 s");
    CHECK(duration(3599.6) == "1 h 00 min");
    CHECK(duration(7625) == "2 h 07 min");
    CHECK(duration(-1) == "?");
    CHECK(duration(std::nan("")) == "?");
    CHECK(rate(949.6) == "950");
    CHECK(rate(.418) == "0.42");
    CHECK(rate(std::nan("")) == "?");
}

TEST_CASE("long names break between words, into two lines at most") {
    CHECK(two_lines("short", 8) == std::vector<std::string>{"short"});
    CHECK(two_lines("one two three", 8) == std::vector<std::string>{"one two", "three"});
    CHECK(two_lines("unbreakable", 5) == std::vector<std::string>{"unbr\xE2\x80\xA6"});
    CHECK(two_lines("a very long name of it", 6) ==
          std::vector<std::string>{"a very", "long \xE2\x80\xA6"});
    CHECK(two_lines("", 5) == std::vector<std::string>{""});
    CHECK(two_lines(" lead", 3).size() == 1);
}
