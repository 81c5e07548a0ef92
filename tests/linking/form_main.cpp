// SPDX-License-Identifier: MIT
// A program that takes the library in one form, and knows of its other unit only that it is there.
#include "mgkit/core/random.hpp"

int other_unit();

int main() {
    return mgkit::name_hash("main") == 0 ? 1 : other_unit();
}
