// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "mgkit/core/random.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

using namespace mgkit;

namespace {
std::vector<std::uint32_t> draws(random_stream stream, int count = 64) {
    std::vector<std::uint32_t> out(count);
    for (auto& value : out) value = stream.bits();
    return out;
}
}  // namespace

TEST_CASE("Philox gives the published known answers") {
    const std::uint32_t ones = 0xffffffffu;
    CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
          philox_block{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
    CHECK(philox4x32({ones, ones, ones, ones}, {ones, ones}) ==
          philox_block{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu});
    CHECK(philox4x32({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u},
                     {0xa4093822u, 0x299f31d0u}) ==
          philox_block{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u});
    static_assert(philox4x32({0, 0, 0, 0}, {0, 0})[0] == 0x6627e8d5u);
}

TEST_CASE("name_hash is 32-bit FNV-1a") {
    static_assert(name_hash("") == 0x811c9dc5u);
    static_assert(name_hash("a") == 0xe40c292cu);
    static_assert(name_hash("foobar") == 0xbf9cf968u);
}

TEST_CASE("A stream is Philox over (epoch, clip, view and stage, block)") {
    const random_key key{0x0123456789abcdefu, 5, 77, 3};
    const std::uint32_t stage = name_hash("crop");
    random_stream stream(key, "crop");
    for (std::uint32_t block = 0; block < 3; ++block) {
        const auto expected = philox4x32({5, 77, (3u << 24) | (stage & 0xffffffu), block},
                                         {0x89abcdefu, 0x01234567u});
        for (std::uint32_t word : expected) CHECK(stream.bits() == word);
    }
}

TEST_CASE("Equal keys give equal draws and every part of a key changes them") {
    const random_key key{7, 1, 2, 3};
    const auto base = draws({key, "shear"});
    CHECK(draws({key, "shear"}) == base);

    std::set<std::vector<std::uint32_t>> all{base};
    all.insert(draws({{8, 1, 2, 3}, "shear"}));
    all.insert(draws({{7ull | 1ull << 32, 1, 2, 3}, "shear"}));
    all.insert(draws({{7, 2, 2, 3}, "shear"}));
    all.insert(draws({{7, 1, 3, 3}, "shear"}));
    all.insert(draws({{7, 1, 2, 4}, "shear"}));
    all.insert(draws({key, "crop"}));
    CHECK(all.size() == 7);
}

TEST_CASE("A copied stream continues where the original stood") {
    random_stream stream({7, 0, 0, 0}, "copy");
    for (int i = 0; i < 6; ++i) stream.bits();
    random_stream copy = stream;
    CHECK(draws(copy) == draws(stream));
}

TEST_CASE("Uniform draws lie on the grid of 2^-24 in [0, 1)") {
    random_stream stream({1, 0, 0, 0}, "uniform");
    double sum = 0, square = 0;
    const int count = 20000;
    for (int i = 0; i < count; ++i) {
        const double u = stream.uniform();
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        REQUIRE(std::floor(u * 0x1p24) == u * 0x1p24);
        REQUIRE(static_cast<double>(static_cast<float>(u)) == u);
        sum += u;
        square += u * u;
    }
    // Five standard deviations of the mean and of the mean square.
    CHECK(std::abs(sum / count - 0.5) < 5 * std::sqrt(1.0 / 12 / count));
    CHECK(std::abs(square / count - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / count));
}

TEST_CASE("below covers its range evenly") {
    random_stream stream({2, 0, 0, 0}, "below");
    std::vector<int> seen(10);
    const int count = 20000;
    for (int i = 0; i < count; ++i) {
        const auto k = stream.below(10);
        REQUIRE(k < 10);
        ++seen[k];
    }
    double chi = 0;
    for (int n : seen) chi += (n - count / 10.0) * (n - count / 10.0) / (count / 10.0);
    CHECK(chi < 33.7);  // 9 degrees of freedom, one in 10^4
    CHECK(random_stream({2, 0, 0, 0}, "one").below(1) == 0);
}

TEST_CASE("Normal draws are finite with mean 0 and variance 1") {
    random_stream stream({3, 0, 0, 0}, "normal");
    const int count = 20000;
    double sum = 0, square = 0;
    for (int i = 0; i < count; ++i) {
        const double x = stream.normal();
        REQUIRE(std::isfinite(x));
        sum += x;
        square += x * x;
    }
    CHECK(std::abs(sum / count) < 5 / std::sqrt(double(count)));
    CHECK(std::abs(square / count - 1) < 5 * std::sqrt(2.0 / count));
}
