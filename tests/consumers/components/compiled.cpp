// SPDX-License-Identifier: MIT
// The component compiled: what is called is in its library.
#include <cstdio>

#include "mgkit/io/json.hpp"
#include "mgkit/version.hpp"

#if !defined(MGKIT_COMPILED)
#error expected the definition MGKIT_COMPILED from mgkit::compiled
#endif

int main() {
    const auto read = mgkit::io::parse_json("[1, 2]", "a text");
    std::printf("mgkit %s, compiled: %zu numbers\n", mgkit::version, read.size());
    return read.size() == 2 ? 0 : 1;
}
