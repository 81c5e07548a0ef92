// SPDX-License-Identifier: MIT
// What the library takes for granted of its compiler and flags.
#include "catch.hpp"

#include <limits>
#include <vector>

namespace {
[[gnu::noinline]] std::vector<double> three_and_zero() {
    return {1, 1, 1, 0};
}
[[gnu::noinline]] std::vector<double> two_and_zeros() {
    return {1, 1, 0, 0, 0, 0, 0, 0};
}
[[gnu::noinline]] std::vector<float> floats_and_zeros() {
    return {2, 2, 2, 2, 2, 2, 0, 0};
}

template <class S>
double last(const std::vector<S>& values) {
    const volatile S* element = &values.back();
    return *element;
}
}  // namespace

// g++ 12.2 with AVX-512 fails this unless told -mmove-max=128 -mstore-max=128.
TEST_CASE("Constants that end in zeros keep their zeros") {
    CHECK(last(three_and_zero()) == 0);
    CHECK(last(two_and_zeros()) == 0);
    CHECK(last(floats_and_zeros()) == 0);
}

TEST_CASE("Infinity and NaN are honoured") {
    volatile double zero = 0;
    const double nan = zero / zero;
    CHECK(nan != nan);
    CHECK_FALSE(nan < 1);
    CHECK(1 / zero == std::numeric_limits<double>::infinity());
}

TEST_CASE("Subnormal numbers are not flushed to zero") {
    volatile double small = std::numeric_limits<double>::min();
    CHECK(small / 4 > 0);
}
