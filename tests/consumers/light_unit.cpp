// SPDX-License-Identifier: MIT
// A second unit beside light.cpp, with other flags (flags.sh): what both instantiate is one.
#include "mgkit/backend/eigen.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/nn/linear.hpp"

bool same_twice(mgkit::context& ctx);

bool same_twice(mgkit::context& ctx) {
    using tensor = mgkit::eigen::tensor<float>;
    const mgkit::nn::linear<tensor> layer(mgkit::nn::scope(ctx), 2, 2);
    const tensor one = mgkit::backend_traits<tensor>::full(ctx, {1, 2}, 1);
    return mgkit::shape_of(layer(ctx, one)) == mgkit::shape_of(mgkit::add(ctx, one, one)) &&
           mgkit::io::parse_json("[1]", "text").size() == 1;
}
