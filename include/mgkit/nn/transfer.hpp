// SPDX-License-Identifier: MIT
// A model's values on another tensor type.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/nn/archive.hpp"

namespace MGKIT_NAMESPACE::nn {

namespace detail {

/// A leaf's values on the host.
struct host_leaf {
    std::string name;
    std::vector<std::int64_t> extents;
    std::vector<double> numbers;
    std::int64_t count = 0;
};

template <tensor T>
std::vector<host_leaf> host_leaves(context& ctx, const leaf_list<T>& from) {
    std::vector<host_leaf> out;
    for (const leaf<T>& l : from) {
        host_leaf v{l.name, l.extents(), {}, 0};
        if (l.counter != nullptr) {
            v.count = *l.counter;
        } else {
            const auto host = host_values(ctx, *l.value);
            v.numbers.assign(host.begin(), host.end());
        }
        out.push_back(std::move(v));
    }
    return out;
}

template <tensor T>
void assign_leaves(context& ctx, const leaf_list<T>& to, const std::vector<host_leaf>& from) {
    const std::string remedy = "build both models with the same settings";
    staged_values staged;
    for (std::size_t i = 0; i < to.size(); ++i) {
        const leaf<T>& l = to[i];
        if (i == from.size() || from[i].name != l.name || from[i].extents != l.extents())
            throw error(
                "nn::transfer", text(l.name, " of ", extents_text(l.extents()), " in the source"),
                i == from.size() ? "no more values"
                                 : text(from[i].name, " of ", extents_text(from[i].extents)),
                remedy);
        if (l.counter != nullptr) {
            staged.push_back([at = l.counter, count = from[i].count] { *at = count; });
            continue;
        }
        using scalar = typename backend_traits<T>::scalar;
        const std::vector<scalar> host(from[i].numbers.begin(), from[i].numbers.end());
        const T made = backend_traits<T>::from_host(ctx, host, shape_of(*l.value));
        staged.push_back([&ctx, at = l.value, made] { backend_traits<T>::assign(ctx, *at, made); });
    }
    if (to.size() != from.size())
        throw error("nn::transfer", text(to.size(), " values"), text(from.size(), " in the source"),
                    remedy);
    write(staged);
}

}  // namespace detail

/// Copies parameters, statistics and counts of `from` into `to`, the same model on another tensor
/// type (a coarser one that was trained, another library's, another device's). Values go through
/// the host and are converted to the target's scalar. Errors: other names, extents or stated
/// settings (`facts_of`); `to` is then as it was.
template <has_leaves To, has_leaves From>
void transfer(context& to_context, To& to, context& from_context, From& from) {
    for (const std::string& difference : differences(facts_of(from), facts_of(to)))
        throw error("nn::transfer", "two models with the same settings",
                    "in the source " + difference, "build both models with the same settings");
    detail::assign_leaves(to_context, leaves(to), detail::host_leaves(from_context, leaves(from)));
}

}  // namespace MGKIT_NAMESPACE::nn
