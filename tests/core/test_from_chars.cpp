// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "mgkit/core/from_chars.hpp"
#include "mgkit/core/random.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

using namespace mgkit;

namespace {

struct reading {
    std::ptrdiff_t length;
    std::errc code;
    double value;  ///< 7 where nothing was read
};

template <class Real>
reading by_strtod(std::string_view text) {
    Real value = 7;
    const auto end = mgkit::detail::real_by_strtod(text.data(), text.data() + text.size(), value);
    return {end.ptr - text.data(), end.ec, value};
}

template <class Real>
reading by_library(std::string_view text) {
    Real value = 7;
    const auto end = mgkit::detail::from_chars(text.data(), text.data() + text.size(), value);
    return {end.ptr - text.data(), end.ec, value};
}

bool same(const reading& a, const reading& b) {
    return a.length == b.length && a.code == b.code &&
           (std::isnan(a.value)
                ? std::isnan(b.value)
                : std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value));
}

}  // namespace

TEST_CASE("Numbers end where those of std::from_chars end", "[quick]") {
    struct expectation {
        std::string_view text;
        std::ptrdiff_t length;
    };
    for (const expectation& e : std::array<expectation, 27>{
             {{"12", 2},      {"-0", 2},    {"1.", 2},    {".5", 2},    {"1.e", 2},
              {"1e", 1},      {"1e+", 1},   {"1e+5x", 4}, {"2E-3,", 4}, {"0x10", 1},
              {"1,5", 1},     {"1.5.2", 3}, {"0e999", 5}, {"nan", 3},   {"-NaN", 4},
              {"nan(12)", 7}, {"nan(", 3},  {"nanny", 3}, {"inf", 3},   {"-Infinity", 9},
              {"infinit", 3}, {"", 0},      {"-", 0},     {".", 0},     {"-.e5", 0},
              {"+1", 0},      {" 1", 0}}}) {
        CAPTURE(e.text);
        const auto found = by_strtod<double>(e.text);
        CHECK(found.length == e.length);
        CHECK((found.code == std::errc{}) == (e.length > 0));
        CHECK(same(found, by_library<double>(e.text)));
        CHECK(same(by_strtod<float>(e.text), by_library<float>(e.text)));
    }
}

TEST_CASE("Numbers that are too large or too small are told and read past", "[quick]") {
    for (const std::string_view text : {"1e999", "-1e400", "1e-999", "-2e-324"}) {
        CAPTURE(text);
        const auto found = by_strtod<double>(text);
        CHECK(found.code == std::errc::result_out_of_range);
        CHECK(found.length == static_cast<std::ptrdiff_t>(text.size()));
        CHECK(found.value == 7);
        CHECK(same(found, by_library<double>(text)));
    }
    CHECK(by_strtod<double>("4.9e-324").value == 4.9e-324);
    CHECK(by_strtod<float>("1e39").code == std::errc::result_out_of_range);
    CHECK(by_strtod<float>("1e-60").code == std::errc::result_out_of_range);
}

TEST_CASE("Any number reads as the same bits either way", "[quick]") {
    for (std::uint32_t i = 0; i < 20000; ++i) {
        const auto bits = philox4x32({i, 0, 0, 0}, {5, 9});
        const double value = std::bit_cast<double>(std::uint64_t{bits[0]} << 32 | bits[1]);
        std::array<char, 64> digits{};
        auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        if (bits[2] % 2 == 0)  // more or fewer digits than the number has
            end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                std::chars_format::scientific, static_cast<int>(bits[3] % 25));
        const std::string_view text(digits.data(), std::size_t(end.ptr - digits.data()));
        const auto found = by_strtod<double>(text);
        if (!same(found, by_library<double>(text))) FAIL(std::string(text));
        if (bits[2] % 2 == 1 && std::isfinite(value)) REQUIRE(found.value == value);
        if (!same(by_strtod<float>(text), by_library<float>(text))) FAIL(std::string(text));
    }
}

TEST_CASE("Text is read up to its end, not to a zero byte behind it", "[quick]") {
    const std::string_view digits = "12345";
    double value = 0;
    CHECK(mgkit::detail::real_by_strtod(digits.data(), digits.data() + 3, value).ptr ==
          digits.data() + 3);
    CHECK(value == 123);
}
