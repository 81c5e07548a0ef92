// SPDX-License-Identifier: MIT
// A program with two backends: the same encoder on both, through one context, and the result of one
// as an operand of the other.
#include <cmath>
#include <cstdio>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/backend/xtensor.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embedding.hpp"

using namespace mgkit;

namespace {

template <class T>
T features(context& ctx, const std::vector<double>& clips, const shape& extents) {
    encode::dste<T> model(
        nn::scope(ctx),
        {.clip = {.channels = 3, .frames = 12, .joints = 7, .persons = 1}, .width = 8, .heads = 2});
    const T input = backend_traits<T>::from_host(ctx, clips, extents);
    return encode::joined(ctx, encode::pooled(ctx, model.tokens(ctx, input)));
}

template <class T>
std::vector<double> host(context& ctx, const T& t) {
    std::vector<double> out(static_cast<std::size_t>(shape_of(t).elements()));
    backend_traits<T>::to_host(ctx, t, out);
    return out;
}

}  // namespace

int main() {
    using first = eigen::tensor<double>;
    using second = xt::xarray<double>;
    context ctx{.seed = 5};
    const shape extents{2, 3, 12, 7, 1};
    std::vector<double> clips(static_cast<std::size_t>(extents.elements()));
    random_stream draws(ctx.key(), "clips");
    for (double& v : clips) v = draws.normal();

    const first a = features<first>(ctx, clips, extents);
    const second b = features<second>(ctx, clips, extents);
    const first handed = backend_traits<first>::from_host(ctx, host(ctx, b), shape_of(b));
    const double apart = std::sqrt(host(ctx, mgkit::mse(ctx, a, handed)).at(0));
    std::printf("features on Eigen and on xtensor differ by %.1e\n", apart);
    return apart < 1e-12 ? 0 : 1;
}
