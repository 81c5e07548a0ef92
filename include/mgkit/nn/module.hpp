// Modules: plain structs that state their members once; everything else visits that list.
#pragma once

#include <array>
#include <boost/hana/fold_left.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/tensor/tape.hpp"

namespace mgkit::nn {

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

/// What a visitor is told about a leaf: its full name, whether it is a second name, and whether it
/// is kept for files only.
struct leaf_name {
    std::string text;
    bool alias = false;
    bool unused = false;
};

namespace detail {

inline leaf_name child(const leaf_name& at, std::string_view name, bool alias = false,
                       bool unused = false) {
    leaf_name out{at.text, at.alias || alias, at.unused || unused};
    if (!out.text.empty()) out.text += '.';
    out.text += name;
    return out;
}

template <class T>
struct type_tag {
    using type = T;
};

/// The tensor type of the leaves below a member; void where there are only counters.
template <class Member>
consteval auto leaf_tensor_of() {
    if constexpr (module<Member>) {
        return boost::hana::fold_left(
            Member::fields(), type_tag<void>{}, [](auto found, const auto& entry) {
                if constexpr (std::is_void_v<typename decltype(found)::type>)
                    return leaf_tensor_of<
                        std::remove_cvref_t<decltype(entry.access(std::declval<Member&>()))>>();
                else
                    return found;
            });
    } else if constexpr (is_vector<Member> || is_array<Member>) {
        return leaf_tensor_of<typename Member::value_type>();
    } else if constexpr (is_parameter<Member>) {
        return type_tag<std::remove_cvref_t<decltype(std::declval<Member&>().value)>>{};
    } else if constexpr (std::is_same_v<Member, std::int64_t>) {
        return type_tag<void>{};
    } else {
        return type_tag<Member>{};
    }
}

enum class leaf_kind { parameter, buffer, counter };

/// A leaf without its type, so that the walk over a module is compiled once for all visitors.
struct leaf_reference {
    leaf_name name;
    void* leaf;
    leaf_kind kind;
};

template <class T, class Member>
void collect_leaves(Member& member, const leaf_name& at, std::vector<leaf_reference>& out) {
    if constexpr (module<Member>) {
        boost::hana::for_each(Member::fields(), [&](const auto& entry) {
            collect_leaves<T>(entry.access(member),
                              child(at, entry.name, entry.alias, entry.unused), out);
        });
    } else if constexpr (is_vector<Member> || is_array<Member>) {
        for (std::size_t i = 0; i < member.size(); ++i)
            collect_leaves<T>(member[i], child(at, std::to_string(i)), out);
    } else if constexpr (is_parameter<Member>) {
        static_assert(std::is_same_v<decltype(member.value), T>,
                      "mgkit: a module's leaves are tensors of one type");
        out.push_back({at, &member, leaf_kind::parameter});
    } else if constexpr (std::is_same_v<Member, std::int64_t>) {
        out.push_back({at, &member, leaf_kind::counter});
    } else {
        static_assert(std::is_same_v<Member, T>,
                      "mgkit: a leaf of a module is a parameter<T>, a tensor T or a std::int64_t");
        out.push_back({at, &member, leaf_kind::buffer});
    }
}

}  // namespace detail

/// Calls `visitor(leaf_name, leaf&)` for every leaf below `member`, depth first in declaration
/// order. A leaf is a `parameter<T>`, a buffer (a tensor) or a counter (`std::int64_t`); vectors
/// of modules contribute their index as a name.
template <class Member, class Visitor>
void visit(Member& member, Visitor&& visitor, const leaf_name& at = {}) {
    using T = typename decltype(detail::leaf_tensor_of<Member>())::type;
    std::vector<detail::leaf_reference> leaves;
    detail::collect_leaves<T>(member, at, leaves);
    for (const auto& [name, leaf, kind] : leaves) {
        if (kind == detail::leaf_kind::counter) {
            visitor(name, *static_cast<std::int64_t*>(leaf));
        } else if constexpr (!std::is_void_v<T>) {
            if (kind == detail::leaf_kind::parameter)
                visitor(name, *static_cast<parameter<T>*>(leaf));
            else
                visitor(name, *static_cast<T*>(leaf));
        }
    }
}

/// Calls `f(name, parameter<T>&)` for every parameter, shared ones once.
template <class M, class F>
void for_each_parameter(M& root, F&& f) {
    visit(root, [&f](const leaf_name& name, auto& leaf) {
        if constexpr (detail::is_parameter<std::remove_cvref_t<decltype(leaf)>>)
            if (!name.alias) f(name.text, leaf);
    });
}

/// Number of trainable values.
template <class M>
std::int64_t parameter_count(M& root) {
    std::int64_t count = 0;
    for_each_parameter(
        root, [&count](const std::string&, auto& p) { count += shape_of(p.value).elements(); });
    return count;
}

/// Clears all gradients.
template <class M>
void zero_gradients(M& root) {
    for_each_parameter(root, [](const std::string&, auto& p) { p.slot.clear(); });
}

/// Errors: trainable parameters that the last backward pass gave no gradient, by name: most often a
/// layer that was left out of the pass, or one whose value was taken out of the record.
template <class M>
void require_gradients(M& root, const std::string& where) {
    std::string missing;
    int count = 0;
    visit(root, [&](const leaf_name& name, auto& leaf) {
        if constexpr (detail::is_parameter<std::remove_cvref_t<decltype(leaf)>>)
            if (!name.alias && !name.unused && leaf.trainable && !leaf.slot.filled && ++count <= 8)
                missing += (missing.empty() ? "" : ", ") + name.text;
    });
    if (count == 0) return;
    if (count > 8) missing += mgkit::text(" and ", count - 8, " more");
    throw error(where, "a gradient for every trainable parameter", "none for " + missing,
                "use them in the pass, set them not trainable, or declare members that are kept "
                "for files only with nn::unused");
}

/// Freezes or releases all parameters: frozen ones gather no gradient.
template <class M>
void set_trainable(M& root, bool on) {
    for_each_parameter(root, [on](const std::string&, auto& p) { p.trainable = on; });
}

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
    using scalar = typename backend_traits<T>::scalar;
    std::vector<scalar> values(static_cast<std::size_t>(extents.elements()));
    random_stream draws = at.draws();
    for (scalar& v : values) v = static_cast<scalar>(draw(draws));
    return {backend_traits<T>::from_host(at.ctx, values, extents)};
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

}  // namespace mgkit::nn
