// SPDX-License-Identifier: MIT
// What a module computes with and the shapes of its parameters do not show.
// infrastructure
#pragma once

#include "mgkit/core/compiler.hpp"

#include <array>
#include <boost/hana/fold_left.hpp>
#include <boost/hana/for_each.hpp>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/core/from_chars.hpp"
#include "mgkit/nn/module.hpp"

namespace MGKIT_NAMESPACE::nn {

/// Settings by name, as text: {"heads", "4"}, {"alpha", "0.5"}.
using fact_map = std::map<std::string, std::string>;

/// A module that states its settings: `fact_map facts() const`. Archives keep them, and loading
/// compares them, so two models that differ in a setting only do not take each other's values.
template <class M>
concept stating = requires(const M& m) {
    { m.facts() } -> std::same_as<fact_map>;
};

/// A number as the shortest text that reads back as the same number.
template <class N>
MGKIT_COLD std::string exact(N value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end.ptr};
}

namespace detail {
[[noreturn]] void no_number(const std::string& where, const std::string& name,
                            const std::string& found);
}  // namespace detail

/// The number that `facts` gives under `name`, `otherwise` where it gives none.
/// Errors: text that is no such number; `where` names the source.
template <class N>
N number_of(const fact_map& facts, const std::string& name, N otherwise, const std::string& where) {
    const auto found = facts.find(name);
    if (found == facts.end()) return otherwise;
    const std::string& stored = found->second;
    N value{};
    const auto end = mgkit::detail::from_chars(stored.data(), stored.data() + stored.size(), value);
    if (end.ec != std::errc() || end.ptr != stored.data() + stored.size())
        detail::no_number(where, name, stored);
    return value;
}

/// A module whose members are known only when the program runs says all that it and they state.
template <class M>
concept stating_below = requires(const M& m) {
    { m.all_facts() } -> std::same_as<fact_map>;
};

namespace detail {

/// Whether a member, or something below it, states anything.
template <class Member>
consteval bool states() {
    if constexpr (stating_below<Member> || stating<Member>) {
        return true;
    } else if constexpr (module<Member>) {
        return boost::hana::fold_left(Member::fields(), false, [](bool found, const auto& entry) {
            return found ||
                   states<std::remove_cvref_t<decltype(entry.access(std::declval<Member&>()))>>();
        });
    } else if constexpr (is_vector<Member> || is_array<Member>) {
        return states<typename Member::value_type>();
    } else {
        return false;
    }
}

/// Facts as they are collected, and the place below which they are.
struct fact_collector {
    fact_map found;
    std::string at;

    void add(const fact_map& stated);
    /// Goes below a member, by name or index; returns the place to come back to.
    std::size_t enter(std::string_view name);
    std::size_t enter(std::size_t index);
    void leave(std::size_t place) { at.resize(place); }
};

template <class Member>
MGKIT_COLD void collect_facts(const Member& member, fact_collector& out) {
    if constexpr (stating_below<Member>)
        return out.add(member.all_facts());
    else if constexpr (stating<Member>)
        out.add(member.facts());
    if constexpr (module<Member>) {
        boost::hana::for_each(Member::fields(), [&](const auto& entry) {
            const auto& below = entry.access(member);
            if constexpr (states<std::remove_cvref_t<decltype(below)>>()) {
                if (entry.alias) return;
                const std::size_t place = out.enter(entry.name);
                collect_facts(below, out);
                out.leave(place);
            }
        });
    } else if constexpr (is_vector<Member> || is_array<Member>) {
        for (std::size_t i = 0; i < member.size(); ++i) {
            const std::size_t place = out.enter(i);
            collect_facts(member[i], out);
            out.leave(place);
        }
    }
}

}  // namespace detail

/// What a module and all below it state, each under its full name: "backbone.heads".
template <class M>
MGKIT_COLD fact_map facts_of(const M& root, const std::string& prefix = {}) {
    detail::fact_collector out{{}, prefix};
    if constexpr (detail::states<M>()) detail::collect_facts(root, out);
    return std::move(out.found);
}

/// What both state and state otherwise, in words.
std::vector<std::string> differences(const fact_map& stored, const fact_map& wanted);

}  // namespace MGKIT_NAMESPACE::nn

#if !defined(MGKIT_COMPILED)
#include "mgkit/nn/facts-inl.hpp"
#endif
