// SPDX-License-Identifier: MIT
// A unit that takes the library in one form, and exchanges nothing of it with the rest.
#include "mgkit/core/random.hpp"

int UNIT() {
    return mgkit::name_hash("unit") == 0 ? 1 : 0;
}
