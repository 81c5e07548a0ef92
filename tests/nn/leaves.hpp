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

/// The exact bits of the leaves that `walk(visitor)` visits.
template <class Walk>
leaf_bits bits_along(mgkit::context& ctx, Walk&& walk) {
    leaf_bits out;
    const auto put = [&](const std::string& name, const auto& tensor) {
        for (const auto v : mgkit::nn::host_values(ctx, tensor))
            out[name].push_back(std::bit_cast<std::uint64_t>(static_cast<double>(v)));
    };
    walk([&](const mgkit::nn::leaf_name& name, auto& leaf) {
        using leaf_type = std::remove_reference_t<decltype(leaf)>;
        if constexpr (std::is_same_v<leaf_type, std::int64_t>)
            out[name.text].push_back(static_cast<std::uint64_t>(leaf));
        else if constexpr (mgkit::nn::detail::is_parameter<leaf_type>)
            put(name.text, leaf.value);
        else
            put(name.text, leaf);
    });
    return out;
}

/// All leaves of a module.
template <class M>
leaf_bits bits_of(mgkit::context& ctx, M& module) {
    return bits_along(ctx, [&](auto&& visitor) { mgkit::nn::visit(module, visitor); });
}

/// Names in visiting order: all, or those without second names.
template <class M>
std::vector<std::string> names_of(M& module, bool aliases) {
    std::vector<std::string> out;
    mgkit::nn::visit(module, [&](const mgkit::nn::leaf_name& name, auto&) {
        if (aliases || !name.alias) out.push_back(name.text);
    });
    return out;
}

template <class T>
void fill(mgkit::context& ctx, T& target, double value) {
    using traits = mgkit::backend_traits<T>;
    traits::assign(ctx, target, traits::full(ctx, mgkit::shape_of(target), value));
}
