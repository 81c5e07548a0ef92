// SPDX-License-Identifier: MIT
// Both units of a program use the threads that the program has, wherever the linker took the shared
// inline functions from.
#include <cstdio>
#include <string_view>

#include "threads.hpp"

int main(int, char** arguments) {
    const int expected = std::string_view(arguments[1]) == "threads" ? 2 : 1;
    const int here = threads_seen(), there = threads_seen_without_openmp();
    std::printf("%d and %d threads, expected %d\n", here, there, expected);
    return here == expected && there == expected && mgkit::usable_threads(2) == expected ? 0 : 1;
}
