// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/io/csv.hpp"

namespace io = mgkit::io;

TEST_CASE("csv: quotes, line ends, byte-order mark and empty lines", "[io]") {
    const auto t =
        io::parse_csv("\xEF\xBB\xBFname,value\r\n\"a,\"\"b\"\"\nc\",1\r\n\nlast,-2.5", "t");
    REQUIRE(t.columns() == std::vector<std::string>{"name", "value"});
    REQUIRE(t.rows() == 2);
    CHECK(t.at(0, 0) == "a,\"b\"\nc");
    CHECK(t.integer(0, 1) == 1);
    CHECK(t.at(1, 0) == "last");
    CHECK(t.real(1, 1) == -2.5);
    CHECK_THROWS_WITH(t.integer(1, 1), Catch::Contains("row 2") && Catch::Contains("value"));
    CHECK_THROWS_WITH(t.column("other"), Catch::Contains("name, value"));
}

TEST_CASE("csv: what is written is read back", "[io]") {
    const std::vector<std::string> fields{"plain", "with,comma", "with \"quotes\"", "two\nlines",
                                          ""};
    const std::string header = "a,b,c,d,e\n";
    const auto t = io::parse_csv(header + io::csv_line(fields), "t");
    REQUIRE(t.rows() == 1);
    for (std::size_t c = 0; c < fields.size(); ++c) CHECK(t.at(0, c) == fields[c]);
}

TEST_CASE("csv: malformed text is refused with its line", "[io]") {
    const auto refused = [](const std::string& text, const std::string& because) {
        CHECK_THROWS_WITH(io::parse_csv(text, "t.csv"), Catch::Contains(because));
    };
    refused("", "header line");
    refused("\n\n", "header line");
    refused("a,a\n", "twice");
    refused("a,\n", "none for column 2");
    refused("a,b\n1\n", "line 2");
    refused("a,b\n1,2,3\n", "line 2");
    refused("a\n\"open", "closing quote");
    refused("a\n\"x\"y\n", "after a quoted field");
    refused("a\nx\"y\n", "quotes around the whole field");
    CHECK_THROWS_WITH(io::parse_csv("a,b\n1,2\n3,4\n", "t", {.fields = 3}),
                      Catch::Contains("3 fields"));
    for (const char* number : {"", "x", "1x", "nan", "1e999", "99999999999"}) {
        const auto t = io::parse_csv(std::string("n,m\n") + number + ",1\n", "t");
        CHECK_THROWS_AS(t.integer(0, 0), mgkit::error);
        if (std::string(number) != "99999999999") CHECK_THROWS_AS(t.real(0, 0), mgkit::error);
    }
}
