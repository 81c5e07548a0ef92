// SPDX-License-Identifier: MIT
// The library without exceptions.
// flags: -fno-exceptions
// error: mgkit: expected exceptions, found -fno-exceptions; compile without it or with -fexceptions
#include "mgkit/mgkit.hpp"

int main() {}
