// SPDX-License-Identifier: MIT
// Copies of modules that share no memory with what they were made of.
// infrastructure
#pragma once

#include "mgkit/core/compiler.hpp"

#include <boost/hana/fold_left.hpp>
#include <boost/hana/for_each.hpp>
#include <concepts>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "mgkit/nn/leaves.hpp"

namespace MGKIT_NAMESPACE::nn {

/// A module that copies itself, because copying its members does not: `M clone(context&) const`.
template <class M>
concept cloning = requires(const M& m, context& ctx) {
    { m.clone(ctx) } -> std::same_as<M>;
};

namespace detail {

template <class Member>
consteval bool holds_cloning() {
    if constexpr (cloning<Member>) {
        return true;
    } else if constexpr (module<Member>) {
        return boost::hana::fold_left(Member::fields(), false, [](bool any, const auto& entry) {
            return any ||
                   holds_cloning<
                       std::remove_cvref_t<decltype(entry.access(std::declval<Member&>()))>>();
        });
    } else if constexpr (is_vector<Member> || is_array<Member>) {
        return holds_cloning<typename Member::value_type>();
    } else {
        return false;
    }
}

/// Members that copy themselves, in place of what plain copying made of them.
template <class Member>
void clone_members(context& ctx, Member& copy, const Member& original) {
    if constexpr (cloning<Member>) {
        copy = original.clone(ctx);
    } else if constexpr (!holds_cloning<Member>()) {
        return;
    } else if constexpr (module<Member>) {
        boost::hana::for_each(Member::fields(), [&](const auto& entry) {
            if (!entry.alias) clone_members(ctx, entry.access(copy), entry.access(original));
        });
    } else {
        for (std::size_t i = 0; i < copy.size(); ++i) clone_members(ctx, copy[i], original[i]);
    }
}

/// Gives every tensor memory of its own, and clears gradients.
template <tensor T>
void own_values(context& ctx, const leaf_list<T>& copy, const leaf_list<T>& original) {
    std::set<const void*> others;
    for (const leaf<T>& l : original) others.insert(l.place());
    for (const leaf<T>& l : copy)
        if (others.contains(l.place()))
            throw error("nn::clone", "a copy with members of its own",
                        l.name + ", which leads into the original",
                        "give the module that holds it by pointer a clone(context&) of its own");
    for (const leaf<T>& l : copy) {
        if (l.alias || l.value == nullptr) continue;
        if (l.weights != nullptr) l.weights->slot.clear();
        const shape extents = shape_of(*l.value);
        if (extents.elements() == 0) continue;
        T own = backend_traits<T>::empty(ctx, extents);
        backend_traits<T>::assign(ctx, own, *l.value);
        *l.value = std::move(own);
    }
}

}  // namespace detail

/// A deep copy on every backend: no parameter or buffer shares memory with the original, as it does
/// after plain copying where tensors are handles. Settings, counters and `trainable` are copied,
/// gradients are not; what has two names in the original has them in the copy. Members that are
/// `cloning` copy themselves; `nn::frozen` ones stay shared, since their values never change.
///
/// Cost: one pass over the values, on the device. Not inside a recorded step. Errors: members
/// that lead into the original.
template <has_leaves M>
M clone(context& ctx, const M& original) {
    if constexpr (cloning<M>) {
        return original.clone(ctx);
    } else {
        M copy = original;
        detail::clone_members(ctx, copy, original);
        // Read for their places only.
        detail::own_values(ctx, leaves(copy), leaves(const_cast<M&>(original)));
        return copy;
    }
}

}  // namespace MGKIT_NAMESPACE::nn
