// SPDX-License-Identifier: MIT
// Modules: plain structs that state their members once; everything else visits that list.
#pragma once

#include "mgkit/core/compiler.hpp"

#include <array>
#include <boost/hana/tuple.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/tensor/tape.hpp"

namespace MGKIT_NAMESPACE::nn {

/// One line of a module's member list: the name used in files, and how to reach the member.
template <class Access>
struct field_entry {
    const char* name;
    Access access;
    bool alias;
    bool unused = false;
};

/// A member: `field("weight", &linear::weight)`.
template <class Owner, class Member>
constexpr auto field(const char* name, Member Owner::*pointer) {
    const auto access = [pointer](auto& owner) -> auto& {
        return owner.*pointer;
    };
    return field_entry<decltype(access)>{name, access, false};
}

/// A member that is kept for loading and saving only: no pass uses it, no optimiser keeps state for
/// it, and `require_gradients` asks nothing of what is below it.
template <class Owner, class Member>
constexpr auto unused(const char* name, Member Owner::*pointer) {
    auto entry = field(name, pointer);
    entry.unused = true;
    return entry;
}

/// A second name of something already listed: written to files under both names, updated once.
template <class Access>
constexpr auto alias(const char* name, Access access) {
    return field_entry<Access>{name, access, true};
}

/// A module's member list, in the order of its file names: `members(field(...), field(...))`.
template <class... Entries>
constexpr auto members(Entries... entries) {
    return boost::hana::make_tuple(entries...);
}

/// A module states its members: `static constexpr auto fields()`.
template <class M>
concept module = requires {
    std::remove_const_t<M>::fields();
};

namespace detail {
template <class>
inline constexpr bool is_vector = false;
template <class E, class A>
inline constexpr bool is_vector<std::vector<E, A>> = true;
template <class>
inline constexpr bool is_array = false;
template <class E, std::size_t N>
inline constexpr bool is_array<std::array<E, N>> = true;
template <class>
inline constexpr bool is_parameter = false;
template <class T>
inline constexpr bool is_parameter<parameter<T>> = true;
}  // namespace detail

/// Where a module is being built: its context, and its full name, which keys its initial values.
struct scope {
    context& ctx;
    std::string name;

    scope(context& c, std::string n = {}) : ctx(c), name(std::move(n)) {}
    scope operator/(std::string_view child) const {
        return {ctx, name.empty() ? std::string(child) : name + "." + std::string(child)};
    }
    /// Draws of this name's initial values: independent of the order of construction.
    random_stream draws() const {
        constexpr std::uint32_t before_training = 0xFFFFFFFFu;
        return {random_key{ctx.seed, before_training, name_hash(name), 0}, "initial values"};
    }
};

namespace initial {

template <tensor T>
parameter<T> constant(const scope& at, const shape& extents, double value) {
    return {backend_traits<T>::full(at.ctx, extents, value)};
}

template <tensor T, class Draw>
parameter<T> drawn(const scope& at, const shape& extents, Draw&& draw) {
    if constexpr (requires { requires backend_traits<T>::has_no_values; }) {
        return {backend_traits<T>::empty(at.ctx, extents)};
    } else {
        using scalar = typename backend_traits<T>::scalar;
        std::vector<scalar> values(static_cast<std::size_t>(extents.elements()));
        random_stream draws = at.draws();
        for (scalar& v : values) v = static_cast<scalar>(draw(draws));
        return {backend_traits<T>::from_host(at.ctx, values, extents)};
    }
}

/// Normal with mean 0; the reference truncates at 100 deviations, which no draw reaches.
template <tensor T>
parameter<T> normal(const scope& at, const shape& extents, double deviation) {
    return drawn<T>(at, extents, [=](random_stream& r) { return deviation * r.normal(); });
}

template <tensor T>
parameter<T> uniform(const scope& at, const shape& extents, double bound) {
    return drawn<T>(at, extents, [=](random_stream& r) { return r.uniform(-bound, bound); });
}

}  // namespace initial

}  // namespace MGKIT_NAMESPACE::nn
