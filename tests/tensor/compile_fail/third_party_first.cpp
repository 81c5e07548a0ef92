// SPDX-License-Identifier: MIT
// A header that takes one of a third party before others of ours.
// flags: -std=c++11
// error: mgkit: expected C++20 or later, found an earlier standard; compile with -std=c++20
#include "mgkit/nn/module.hpp"

int main() {}
