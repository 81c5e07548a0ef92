// A model's values on another tensor type.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/nn/archive.hpp"

namespace mgkit::nn {

/// Copies parameters, statistics and counts of `from` into `to`, the same model on another tensor
/// type (a coarser one that was trained, another library's, another device's). Values go through
/// the host and are converted to the target's scalar. Errors: other names, extents or stated
/// settings (`facts_of`); `to` is then as it was.
template <class To, class From>
void transfer(context& to_context, To& to, context& from_context, From& from) {
    for (const std::string& difference : differences(facts_of(from), facts_of(to)))
        throw error("nn::transfer", "two models with the same settings",
                    "in the source " + difference, "build both models with the same settings");
    struct value {
        std::string name;
        std::vector<std::int64_t> extents;
        std::vector<double> numbers;
        std::int64_t count = 0;
    };
    std::vector<value> values;
    visit(from, [&]<class Leaf>(const leaf_name& name, Leaf& leaf) {
        value v{name.text, detail::leaf_extents(leaf), {}, 0};
        if constexpr (std::is_same_v<Leaf, std::int64_t>) {
            v.count = leaf;
        } else {
            const auto& read = [&]() -> const auto& {
                if constexpr (detail::is_parameter<Leaf>)
                    return leaf.value;
                else
                    return leaf;
            }
            ();
            const auto host = host_values(from_context, read);
            v.numbers.assign(host.begin(), host.end());
        }
        values.push_back(std::move(v));
    });

    staged_values staged;
    std::size_t at = 0;
    visit(to, [&]<class Leaf>(const leaf_name& name, Leaf& leaf) {
        const std::vector<std::int64_t> extents = detail::leaf_extents(leaf);
        if (at == values.size() || values[at].name != name.text || values[at].extents != extents)
            throw error("nn::transfer",
                        text(name.text, " of ", detail::extents_text(extents), " in the source"),
                        at == values.size() ? "no more values"
                                            : text(values[at].name, " of ",
                                                   detail::extents_text(values[at].extents)),
                        "build both models with the same settings");
        const value& v = values[at++];
        const auto put = [&]<tensor T>(T& target) {
            using scalar = typename backend_traits<T>::scalar;
            const std::vector<scalar> host(v.numbers.begin(), v.numbers.end());
            const T made = backend_traits<T>::from_host(to_context, host, shape_of(target));
            staged.push_back([&to_context, &target, made] {
                backend_traits<T>::assign(to_context, target, made);
            });
        };
        if constexpr (std::is_same_v<Leaf, std::int64_t>)
            staged.push_back([&leaf, count = v.count] { leaf = count; });
        else if constexpr (detail::is_parameter<Leaf>)
            put(leaf.value);
        else
            put(leaf);
    });
    if (at != values.size())
        throw error("nn::transfer", text(at, " values"), text(values.size(), " in the source"),
                    "build both models with the same settings");
    write(staged);
}

}  // namespace mgkit::nn
