// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "mgkit/core/digest.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>
#include <vector>

using namespace mgkit;

namespace {

std::vector<std::byte> bytes(std::size_t count) {
    std::vector<std::byte> out(count);
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<std::byte>(31 * i + i / 256 * 13 + 7);
    return out;
}
digest of(std::span<const std::byte> content) {
    return digest().add(content);
}

}  // namespace

TEST_CASE("digests have the values written down for every platform", "[digest]") {
    CHECK(digest().hex() == "be5466cf34e90c6cc0ac29b7c97c50dd");
    CHECK(digest().add("mgkit").hex() == "8935279b63f3e6bef547933332cc9991");
    CHECK(of(bytes(1000)).hex() == "868b145e62150ff11c7c92761d55cd36");
    const std::vector<float> values{1.5f, -0.f, 3e-7f};
    CHECK(digest().add(std::span<const float>(values)).hex() == "93dc02415d36ca777c229da64353c542");
    const std::vector<int> numbers{1, -2, 3};
    CHECK(digest().add(std::span<const int>(numbers)).add(1e-7).add(7u).add(true).hex() ==
          "063527f3a4bf4ad560ddf1fb0afd54f3");
}

TEST_CASE("any flipped bit changes both halves of a digest", "[digest]") {
    for (const std::size_t size : {1u, 7u, 8u, 9u, 63u, 64u, 65u, 200u}) {
        auto content = bytes(size);
        const digest whole = of(content);
        std::set<std::string> seen{whole.hex()};
        for (std::size_t bit = 0; bit < 8 * size; ++bit) {
            const auto flip = static_cast<std::byte>(1u << (bit % 8));
            content[bit / 8] ^= flip;
            const digest other = of(content);
            CHECK(other.words()[0] != whole.words()[0]);
            CHECK(other.words()[1] != whole.words()[1]);
            CHECK(seen.insert(other.hex()).second);
            content[bit / 8] ^= flip;
        }
    }
}

TEST_CASE("swapped words, moved boundaries and lengths of zeros change a digest", "[digest]") {
    const auto content = bytes(300);
    std::set<std::string> seen{of(content).hex()};
    for (std::size_t a = 0; a + 8 <= 296; a += 8)
        for (std::size_t b = a + 8; b + 8 <= 296; b += 8) {
            auto other = content;
            std::swap_ranges(other.begin() + static_cast<std::ptrdiff_t>(a),
                             other.begin() + static_cast<std::ptrdiff_t>(a + 8),
                             other.begin() + static_cast<std::ptrdiff_t>(b));
            CHECK(seen.insert(of(other).hex()).second);
        }
    for (std::size_t at = 0; at <= content.size(); ++at) {
        digest parts;
        parts.add(std::span(content).first(at)).add(std::span(content).subspan(at));
        CHECK(seen.insert(parts.hex()).second);
    }
    const std::vector<std::byte> zeros(300);
    for (std::size_t length = 0; length <= zeros.size(); ++length)
        CHECK(seen.insert(of(std::span(zeros).first(length)).hex()).second);
}

TEST_CASE("signs flipped in many places do not cancel", "[digest]") {
    std::vector<float> values(512, .25f);
    std::set<std::string> seen;
    const auto flipped = [&](std::size_t first, std::size_t step) {
        auto other = values;
        for (std::size_t i = first; i < other.size(); i += step) other[i] = -other[i];
        return digest().add(std::span<const float>(other)).hex();
    };
    for (std::size_t step = 1; step <= 64; ++step)
        for (std::size_t first = 0; first < step; ++first)
            CHECK(seen.insert(flipped(first, step)).second);
    for (std::size_t a = 0; a < 40; ++a)
        for (std::size_t b = a + 1; b < 80; ++b)
            for (std::size_t c = b + 1; c < 80; c += 3) {
                auto other = values;
                for (const auto i : {a, b, c}) other[i] = -other[i];
                CHECK(seen.insert(digest().add(std::span<const float>(other)).hex()).second);
            }
}

TEST_CASE("pieces count with their kind, width and order", "[digest]") {
    std::set<std::string> seen;
    const auto fresh = [&](const digest& d) { return seen.insert(d.hex()).second; };
    CHECK(fresh(digest()));
    CHECK(fresh(digest().add("ab").add("c")));
    CHECK(fresh(digest().add("a").add("bc")));
    CHECK(fresh(digest().add("abc")));
    CHECK(fresh(digest().add("abc").add("")));
    CHECK(fresh(digest().add("").add("abc")));
    CHECK(fresh(digest().add("c").add("ab")));
    CHECK(fresh(digest().add(1)));
    CHECK(fresh(digest().add(1u)));
    CHECK(fresh(digest().add(1.0)));
    CHECK(fresh(digest().add(0)));
    CHECK(fresh(digest().add(0.0)));
    CHECK(fresh(digest().add(-0.0)));
    CHECK(fresh(digest().add(std::numeric_limits<double>::denorm_min())));
    const std::vector<std::int32_t> narrow{1, 0};
    const std::vector<std::int64_t> wide{1};
    CHECK(fresh(digest().add(std::span<const std::int32_t>(narrow))));
    const digest inner = digest().add("abc");
    CHECK(fresh(digest().add(inner)));
    // A number is the same piece as a list of one.
    CHECK(digest().add(std::span<const std::int64_t>(wide)) == digest().add(1));
    CHECK(digest().add(short{5}) == digest().add(5L));
}
