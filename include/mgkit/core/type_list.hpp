// SPDX-License-Identifier: MIT
// Flat lists of types: what the `list.hpp` of each extensible folder is made of.
#pragma once

#include <cstddef>
#include <type_traits>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE {

template <class T>
struct type_tag {
    using type = T;
};

/// A flat list of component types. It carries no data and is never instantiated recursively.
template <class... Ts>
struct type_list {
    static constexpr std::size_t size = sizeof...(Ts);

    template <class T>
    static constexpr bool contains = (std::is_same_v<T, Ts> || ...);

    /// Calls `f(type_tag<T>{})` for every T, in order.
    template <class F>
    static constexpr void for_each(F&& f) {
        (f(type_tag<Ts>{}), ...);
    }
};

}  // namespace MGKIT_NAMESPACE
