// SPDX-License-Identifier: MIT
// What a module holds, as a plain list: all that files, optimisers and averages see of a model.
// infrastructure
#pragma once

#include "mgkit/core/compiler.hpp"

#include <boost/hana/fold_left.hpp>
#include <boost/hana/for_each.hpp>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/nn/module.hpp"

namespace MGKIT_NAMESPACE::nn {

/// One value of a module under its name in files: a parameter, a buffer (a tensor that no gradient
/// changes) or a counter. Leads into the module, which must stay where it is.
template <tensor T>
struct leaf {
    std::string name;
    bool alias = false;               ///< a second name of something that comes before it
    bool unused = false;              ///< kept for files only, see nn::unused
    parameter<T>* weights = nullptr;  ///< null for buffers and counters
    T* value = nullptr;               ///< of a parameter or a buffer; null for counters
    std::int64_t* counter = nullptr;  ///< null for tensors

    /// What it leads to, whatever that is.
    const void* place() const {
        return counter != nullptr ? static_cast<const void*>(counter) : value;
    }
    std::vector<std::int64_t> extents() const {
        if (value == nullptr) return {};
        const shape s = shape_of(*value);
        return {s.begin(), s.end()};
    }
};

/// Leaves in the order of the members, depth first.
template <tensor T>
using leaf_list = std::vector<leaf<T>>;

/// A module whose members are known only when the program runs: it lists its leaves itself.
template <class M>
concept listing = tensor<typename M::tensor_type> && requires(M& m) {
    { m.leaves() } -> std::same_as<leaf_list<typename M::tensor_type>>;
};

namespace detail {

template <class T>
struct leaf_tag {
    using type = T;
};

/// The tensor type of the leaves below a member; void where there are only counters.
template <class Member>
consteval auto leaf_tensor_of() {
    if constexpr (listing<Member>) {
        return leaf_tag<typename Member::tensor_type>{};
    } else if constexpr (module<Member>) {
        return boost::hana::fold_left(
            Member::fields(), leaf_tag<void>{}, [](auto found, const auto& entry) {
                if constexpr (std::is_void_v<typename decltype(found)::type>)
                    return leaf_tensor_of<
                        std::remove_cvref_t<decltype(entry.access(std::declval<Member&>()))>>();
                else
                    return found;
            });
    } else if constexpr (is_vector<Member> || is_array<Member>) {
        return leaf_tensor_of<typename Member::value_type>();
    } else if constexpr (is_parameter<Member>) {
        return leaf_tag<std::remove_cvref_t<decltype(std::declval<Member&>().value)>>{};
    } else if constexpr (std::is_same_v<Member, std::int64_t>) {
        return leaf_tag<void>{};
    } else {
        return leaf_tag<Member>{};
    }
}

/// Name and marks of a leaf.
struct leaf_place {
    std::string name;
    bool alias = false;
    bool unused = false;

    leaf_place below(std::string_view member, bool alias_too = false,
                     bool unused_too = false) const;
    leaf_place below(std::size_t index) const;
};

/// Leaves as they are collected.
template <tensor T>
struct leaf_collector {
    leaf_list<T> found;

    void add(const leaf_place& at, parameter<T>* weights, T* value, std::int64_t* counter) {
        found.push_back({at.name, at.alias, at.unused, weights, value, counter});
    }
    void add(const leaf_place& at, leaf_list<T> below) {
        for (leaf<T>& each : below) {
            leaf_place name = at.below(each.name, each.alias, each.unused);
            each.name = std::move(name.name);
            each.alias = name.alias;
            each.unused = name.unused;
            found.push_back(std::move(each));
        }
    }
};

template <tensor T, class Member>
MGKIT_COLD void collect_leaves(Member& member, const leaf_place& at, leaf_collector<T>& out) {
    if constexpr (listing<Member>) {
        out.add(at, member.leaves());
    } else if constexpr (module<Member>) {
        boost::hana::for_each(Member::fields(), [&](const auto& entry) {
            collect_leaves<T>(entry.access(member), at.below(entry.name, entry.alias, entry.unused),
                              out);
        });
    } else if constexpr (is_vector<Member> || is_array<Member>) {
        for (std::size_t i = 0; i < member.size(); ++i)
            collect_leaves<T>(member[i], at.below(i), out);
    } else if constexpr (is_parameter<Member>) {
        static_assert(std::is_same_v<decltype(member.value), T>,
                      "mgkit: a module's leaves are tensors of one type");
        out.add(at, &member, &member.value, nullptr);
    } else if constexpr (std::is_same_v<Member, std::int64_t>) {
        out.add(at, nullptr, nullptr, &member);
    } else {
        static_assert(std::is_same_v<Member, T>,
                      "mgkit: a leaf of a module is a parameter<T>, a tensor T or a std::int64_t");
        out.add(at, nullptr, &member, nullptr);
    }
}

template <class Member>
void zero_gradients_below(Member& member) {
    if constexpr (listing<Member>) {
        for (const auto& l : member.leaves())
            if (l.weights != nullptr) l.weights->slot.clear();
    } else if constexpr (module<Member>) {
        boost::hana::for_each(Member::fields(), [&](const auto& entry) {
            if (!entry.alias) zero_gradients_below(entry.access(member));
        });
    } else if constexpr (is_vector<Member> || is_array<Member>) {
        for (auto& each : member) zero_gradients_below(each);
    } else if constexpr (is_parameter<Member>) {
        member.slot.clear();
    }
}

}  // namespace detail

/// The tensor type of a module's leaves.
template <class M>
using leaf_tensor = typename decltype(detail::leaf_tensor_of<M>())::type;

/// Something with leaves: a module with at least one tensor, alone or in a vector.
template <class M>
concept has_leaves = tensor<leaf_tensor<M>>;

/// All leaves of a module, second names included; elements of vectors have their index as a name.
template <has_leaves M>
MGKIT_COLD leaf_list<leaf_tensor<M>> leaves(M& root) {
    detail::leaf_collector<leaf_tensor<M>> out;
    detail::collect_leaves<leaf_tensor<M>>(root, {}, out);
    return std::move(out.found);
}

/// The parameters among leaves, shared ones once.
template <tensor T>
leaf_list<T> parameters(const leaf_list<T>& all) {
    leaf_list<T> out;
    for (const leaf<T>& l : all)
        if (l.weights != nullptr && !l.alias) out.push_back(l);
    return out;
}

/// Calls `f(name, parameter<T>&)` for every parameter, shared ones once.
template <has_leaves M, class F>
void for_each_parameter(M& root, F&& f) {
    for (const auto& l : parameters(leaves(root))) f(l.name, *l.weights);
}

/// Number of values in parameters.
template <tensor T>
std::int64_t parameter_count(const leaf_list<T>& all) {
    std::int64_t count = 0;
    for (const leaf<T>& l : parameters(all)) count += shape_of(*l.value).elements();
    return count;
}
template <has_leaves M>
std::int64_t parameter_count(M& root) {
    return parameter_count(leaves(root));
}

/// Clears all gradients.
template <tensor T>
void zero_gradients(const leaf_list<T>& all) {
    for (const leaf<T>& l : all)
        if (l.weights != nullptr) l.weights->slot.clear();
}
/// Without names: a loop of one's own calls it in every step.
template <has_leaves M>
void zero_gradients(M& root) {
    detail::zero_gradients_below(root);
}

namespace detail {

[[noreturn]] void missing_gradients(const std::string& where, std::string names, int count,
                                    int shown);

}  // namespace detail

/// Errors: trainable parameters that the last backward pass gave no gradient, by name: most often a
/// layer that was left out of the pass, or one whose value was taken out of the record.
template <tensor T>
void require_gradients(const leaf_list<T>& all, const std::string& where) {
    constexpr int shown = 8;
    std::string missing;
    int count = 0;
    for (const leaf<T>& l : all)
        if (l.weights != nullptr && !l.alias && !l.unused && l.weights->trainable &&
            !l.weights->slot.filled && ++count <= shown)
            missing += (missing.empty() ? "" : ", ") + l.name;
    if (count > 0) detail::missing_gradients(where, std::move(missing), count, shown);
}
template <has_leaves M>
void require_gradients(M& root, const std::string& where) {
    require_gradients(leaves(root), where);
}

/// Freezes or releases all parameters: frozen ones gather no gradient.
template <tensor T>
void set_trainable(const leaf_list<T>& all, bool on) {
    for (const leaf<T>& l : all)
        if (l.weights != nullptr) l.weights->trainable = on;
}
template <has_leaves M>
void set_trainable(M& root, bool on) {
    set_trainable(leaves(root), on);
}

}  // namespace MGKIT_NAMESPACE::nn

#if !defined(MGKIT_COMPILED)
#include "mgkit/nn/leaves-inl.hpp"
#endif
