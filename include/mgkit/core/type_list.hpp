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

namespace detail {
template <class... Ls>
struct joined_lists {
    using type = type_list<>;
};
template <class... As, class... Bs, class... Ls>
struct joined_lists<type_list<As...>, type_list<Bs...>, Ls...>
    : joined_lists<type_list<As..., Bs...>, Ls...> {};
template <class... As>
struct joined_lists<type_list<As...>> {
    using type = type_list<As...>;
};

template <template <class> class Keep, class... Ts>
auto filtered(type_list<Ts...>) ->
    typename joined_lists<std::conditional_t<Keep<Ts>::value, type_list<Ts>, type_list<>>...>::type;
}  // namespace detail

/// The types of a list for which `Keep<T>::value`, in order.
template <class List, template <class> class Keep>
using filtered_list = decltype(detail::filtered<Keep>(List{}));

}  // namespace MGKIT_NAMESPACE
