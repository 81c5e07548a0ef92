// SPDX-License-Identifier: MIT
// Shared values whose memory a context uses again once nobody holds them.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "mgkit/core/context.hpp"

namespace MGKIT_NAMESPACE {

namespace detail {

template <class V>
struct recycled_values {
    std::vector<std::shared_ptr<V>> all;
    std::size_t next = 0;
};

}  // namespace detail

/// A V that nobody else holds, as its last holder left it: one made before in this context, or a
/// new one. What a step makes and drops in every round takes memory from the system in the first
/// ones only. Cost: a look at those in use.
template <class V>
std::shared_ptr<V> recycled(context& ctx) {
    auto& [all, next] = ctx.state.get<detail::recycled_values<V>>();
    for (std::size_t looked = 0; looked < all.size(); ++looked) {
        next = next + 1 < all.size() ? next + 1 : 0;
        if (all[next].use_count() == 1) return all[next];
    }
    all.push_back(std::make_shared<V>());
    next = all.size() - 1;
    return all.back();
}

}  // namespace MGKIT_NAMESPACE
