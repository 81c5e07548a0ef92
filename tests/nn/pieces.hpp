// SPDX-License-Identifier: MIT
// A small module with everything a module may hold, and its values as numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mgkit/nn/archive.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/nn/norm.hpp"
#include "mgkit/testing/gradient_check.hpp"

namespace MGKIT_NAMESPACE::test {

/// Two parameters in a vector of layers, a second name, buffers and a counter.
template <model_tensor T>
struct small_net {
    std::vector<nn::linear<T>> layers;
    nn::batch_norm<T> norm;

    small_net() = default;
    small_net(const nn::scope& at, extent width) : norm(at / "norm", width) {
        for (const char* name : {"0", "1"}) layers.emplace_back(at / name, width, width, 1);
    }
    static constexpr auto fields() {
        return nn::members(nn::field("layers", &small_net::layers),
                           nn::field("norm", &small_net::norm),
                           nn::alias(
                               "first", [](auto& self) -> auto& { return self.layers[0]; }));
    }
    template <operand X>
    X operator()(context& ctx, const X& x) const {
        return norm(ctx, layers[1](ctx, layers[0](ctx, x)));
    }
};

using testing::detail::from_doubles;
using testing::detail::to_doubles;

template <tensor T>
T drawn(context& ctx, const shape& extents, std::uint32_t number) {
    std::vector<double> values(static_cast<std::size_t>(extents.elements()));
    random_stream draws(random_key{.seed = 5, .clip = number}, "pieces");
    for (double& v : values) v = draws.uniform(-1, 1);
    return from_doubles<T>(ctx, values, extents);
}

/// Every leaf's values by name.
template <nn::has_leaves M>
std::map<std::string, std::vector<double>> numbers(context& ctx, M& module) {
    std::map<std::string, std::vector<double>> out;
    for (const auto& l : nn::leaves(module))
        out[l.name] = l.counter != nullptr ? std::vector<double>{static_cast<double>(*l.counter)}
                                           : to_doubles(ctx, *l.value);
    return out;
}

/// Other values in every leaf.
template <nn::has_leaves M>
void redraw(context& ctx, M& module, std::uint32_t number) {
    using T = nn::leaf_tensor<M>;
    for (const auto& l : nn::leaves(module)) {
        if (l.alias) continue;
        ++number;
        if (l.counter != nullptr)
            *l.counter = number;
        else
            backend_traits<T>::assign(ctx, *l.value, drawn<T>(ctx, shape_of(*l.value), number));
    }
}

}  // namespace MGKIT_NAMESPACE::test
