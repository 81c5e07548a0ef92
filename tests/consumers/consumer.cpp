// SPDX-License-Identifier: MIT
// The whole umbrella, used in two translation units so that a function
// or variable that is not inline fails to link.
#include "mgkit/mgkit.hpp"

#include <cstdio>

#include "products.hpp"

std::uint32_t first_bits(const mgkit::context& ctx);

int main() {
    mgkit::context ctx{.seed = 7, .threads = 2};
    mgkit::random_stream same(ctx.key(), "consumer");
    const bool equal = first_bits(ctx) == same.bits();
    std::printf("mgkit %s, products by %s, %s\n", mgkit::version, products_by(), threads_by());
    return equal ? 0 : 1;
}
