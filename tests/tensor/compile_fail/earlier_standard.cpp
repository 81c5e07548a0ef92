// SPDX-License-Identifier: MIT
// The library under the standards before its own.
// flags: -std=c++11
// flags: -std=c++14
// flags: -std=c++17
// error: mgkit: expected C++20 or later, found an earlier standard; compile with -std=c++20
#include "mgkit/mgkit.hpp"

int main() {}
