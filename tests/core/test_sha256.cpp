// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "mgkit/core/sha256.hpp"

#include <set>
#include <span>
#include <string>

using namespace mgkit;

namespace {

std::string sha256_of(const std::string& text) {
    return sha256(std::as_bytes(std::span(text)));
}

}  // namespace

// FIPS 180-4 examples; the rest by sha256sum.
TEST_CASE("SHA-256 has the published values", "[sha256][quick]") {
    CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(sha256_of(std::string(1000000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 tells lengths around a block apart", "[sha256][quick]") {
    std::set<std::string> seen;
    for (std::size_t size = 50; size < 140; ++size) seen.insert(sha256_of(std::string(size, '\0')));
    CHECK(seen.size() == 90);
    CHECK(sha256_of(std::string(64, '\0')) ==
          "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b");
    CHECK(sha256_of(std::string(55, 'x')) ==
          "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
    CHECK(sha256_of(std::string(119, 'x')) ==
          "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c");
}
