// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/version.hpp"

#include <cstdint>
#include <string>

using namespace mgkit;

TEST_CASE("An error says where, expected, found and remedy on one line") {
    const error full("npy 'a.npy'", "float32", "object", "save plain arrays");
    CHECK(std::string(full.what()) ==
          "npy 'a.npy': expected float32, found object; save plain arrays");
    CHECK(full.where() == "npy 'a.npy'");
    CHECK(full.expected() == "float32");
    CHECK(full.found() == "object");
    CHECK(full.remedy() == "save plain arrays");

    const error brief("place", "a", "b");
    CHECK(std::string(brief.what()) == "place: expected a, found b");
}

TEST_CASE("Line breaks in hostile values do not break the line") {
    const error hostile("file 'a\nb'", "x", "y\r\nz", "do\nthis");
    CHECK(std::string(hostile.what()).find_first_of("\r\n") == std::string::npos);
}

TEST_CASE("An error is caught as a runtime error and can be copied") {
    try {
        throw error("here", "1", "2");
    } catch (const std::runtime_error& caught) {
        CHECK(std::string(caught.what()) == "here: expected 1, found 2");
    }
    const error original("here", "1", "2", "3");
    const error copy = original;
    CHECK(copy.remedy() == "3");
}

TEST_CASE("text joins strings and numbers") {
    const std::string name = "clip";
    CHECK(text(name, ' ', 3, " of ", std::size_t{7}, ", valid ", true) ==
          "clip 3 of 7, valid true");
    CHECK(text() == "");
}

TEST_CASE("text writes numbers so that they read back the same") {
    CHECK(text(1e-7) == "1e-07");
    CHECK(text(3e-7) == "3e-07");
    CHECK(text(5e-10, ' ', 0.1, ' ', 0.1f, ' ', 2.0, ' ', -0.0) == "5e-10 0.1 0.1 2 -0");
    CHECK(text(1.0 / 3) == "0.3333333333333333");
    CHECK(text(std::int64_t{-7}, ' ', std::uint64_t{1} << 63) == "-7 9223372036854775808");
    for (const double value : {1e-300, 0.1 + 0.2, 123456789.125, 1e22})
        CHECK(std::stod(text(value)) == value);
}

TEST_CASE("A type list knows its size, its members and their order") {
    using list = type_list<int, double, char>;
    static_assert(list::size == 3);
    static_assert(list::contains<double> && !list::contains<float>);
    std::size_t sizes = 0;
    std::string order;
    list::for_each([&]<class T>(type_tag<T>) {
        sizes += sizeof(T);
        order += std::is_same_v<T, int> ? 'i' : std::is_same_v<T, double> ? 'd' : 'c';
    });
    CHECK(sizes == sizeof(int) + sizeof(double) + 1);
    CHECK(order == "idc");
}

TEST_CASE("The version string agrees with its parts") {
    CHECK(std::string(version) ==
          text(MGKIT_VERSION_MAJOR, '.', MGKIT_VERSION_MINOR, '.', MGKIT_VERSION_PATCH));
}
