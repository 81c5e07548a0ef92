// What a module computes with and the shapes of its parameters do not show.
// infrastructure
#pragma once

#include "mgkit/core/compiler.hpp"

#include <array>
#include <boost/hana/for_each.hpp>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <map>
#include <string>
#include <system_error>
#include <vector>

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
std::string exact(N value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end.ptr};
}

/// The number that `facts` gives under `name`, `otherwise` where it gives none.
/// Errors: text that is no such number; `where` names the source.
template <class N>
N number_of(const fact_map& facts, const std::string& name, N otherwise, const std::string& where) {
    const auto found = facts.find(name);
    if (found == facts.end()) return otherwise;
    const std::string& stored = found->second;
    N value{};
    const auto end = std::from_chars(stored.data(), stored.data() + stored.size(), value);
    if (end.ec != std::errc() || end.ptr != stored.data() + stored.size())
        throw error(where + ": '" + name + "'", "a number", stored);
    return value;
}

/// A module whose members are known only when the program runs says all that it and they state.
template <class M>
concept stating_below = requires(const M& m) {
    { m.all_facts() } -> std::same_as<fact_map>;
};

namespace detail {

template <class Member>
void collect_facts(const Member& member, const std::string& at, fact_map& out) {
    if constexpr (stating_below<Member>) {
        for (const auto& [name, value] : member.all_facts()) out[at + name] = value;
        return;
    }
    if constexpr (stating<Member>)
        for (const auto& [name, value] : member.facts()) out[at + name] = value;
    if constexpr (module<Member>) {
        boost::hana::for_each(Member::fields(), [&](const auto& entry) {
            if (!entry.alias)
                collect_facts(entry.access(member), at + std::string(entry.name) + ".", out);
        });
    } else if constexpr (is_vector<Member> || is_array<Member>) {
        for (std::size_t i = 0; i < member.size(); ++i)
            collect_facts(member[i], at + std::to_string(i) + ".", out);
    }
}

}  // namespace detail

/// What a module and all below it state, each under its full name: "backbone.heads".
template <class M>
fact_map facts_of(const M& root, const std::string& prefix = {}) {
    fact_map out;
    detail::collect_facts(root, prefix, out);
    return out;
}

/// What both state and state otherwise, in words.
inline std::vector<std::string> differences(const fact_map& stored, const fact_map& wanted) {
    std::vector<std::string> out;
    for (const auto& [name, value] : wanted) {
        const auto found = stored.find(name);
        if (found != stored.end() && found->second != value)
            out.push_back(name + " is " + found->second + " instead of " + value);
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::nn
