// SPDX-License-Identifier: MIT
#include "hidden_library.hpp"

int value_in_library(mgkit::context& ctx) {
    return ctx.state.get<some_state>().value;
}

mgkit::variable<mgkit::eigen::tensor<float>> squared_in_library(
    mgkit::context& ctx, const mgkit::variable<mgkit::eigen::tensor<float>>& x) {
    return square(ctx, x);
}
