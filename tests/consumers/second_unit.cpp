// SPDX-License-Identifier: MIT
#include "mgkit/mgkit.hpp"

std::uint32_t first_bits(const mgkit::context& ctx) {
    return mgkit::random_stream(ctx.key(), "consumer").bits();
}
