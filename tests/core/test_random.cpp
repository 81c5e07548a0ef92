#include "catch.hpp"
#include "mgkit/core/random.hpp"

#include <set>

using namespace mgkit;

TEST_CASE("Philox gives the published known answers") {
    const std::uint32_t ones = 0xffffffffu;
    CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
          philox_block{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
    CHECK(philox4x32({ones, ones, ones, ones}, {ones, ones}) ==
          philox_block{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu});
    CHECK(philox4x32({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u},
                     {0xa4093822u, 0x299f31d0u}) ==
          philox_block{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u});
    static_assert(philox4x32({0, 0, 0, 0}, {0, 0})[0] == 0x6627e8d5u, "usable at compile time");
}
