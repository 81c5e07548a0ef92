// SPDX-License-Identifier: MIT
// What a module holds, as names and bytes.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/archive.hpp"

using leaf_bits = std::map<std::string, std::vector<std::uint64_t>>;

/// The exact bits of leaves.
template <class T>
leaf_bits bits_of(mgkit::context& ctx, const mgkit::nn::leaf_list<T>& leaves) {
    leaf_bits out;
    for (const auto& l : leaves)
        if (l.counter != nullptr)
            out[l.name].push_back(static_cast<std::uint64_t>(*l.counter));
        else
            for (const auto v : mgkit::nn::host_values(ctx, *l.value))
                out[l.name].push_back(std::bit_cast<std::uint64_t>(static_cast<double>(v)));
    return out;
}

/// All leaves of a module.
template <mgkit::nn::has_leaves M>
leaf_bits bits_of(mgkit::context& ctx, M& module) {
    return bits_of(ctx, mgkit::nn::leaves(module));
}

/// Names in visiting order: all, or those without second names.
template <class M>
std::vector<std::string> names_of(M& module, bool aliases) {
    std::vector<std::string> out;
    for (const auto& l : mgkit::nn::leaves(module))
        if (aliases || !l.alias) out.push_back(l.name);
    return out;
}

template <class T>
void fill(mgkit::context& ctx, T& target, double value) {
    using traits = mgkit::backend_traits<T>;
    traits::assign(ctx, target, traits::full(ctx, mgkit::shape_of(target), value));
}
