// SPDX-License-Identifier: MIT
// Training methods by name.
// infrastructure
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "mgkit/pretext/any_method.hpp"
#include "mgkit/pretext/list.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// What a method may need beside its encoder.
struct method_settings {
    int classes = 0;               ///< of the labels, for methods that use them
    supervised_settings labels{};  ///< how these learn from them
};

/// Names of the methods in a list: "decorrelation, supervised".
template <class List>
std::string method_names() {
    std::string out;
    List::for_each([&out](auto tag) {
        out += (out.empty() ? "" : ", ") + std::string(decltype(tag)::type::name);
    });
    return out;
}

/// Whether a method works on a temporal and a spatial stream of tokens.
template <class M>
constexpr bool needs_two_streams() {
    if constexpr (requires { M::two_streams; })
        return M::two_streams;
    else
        return false;
}

/// Whether a method looks at labels.
template <class M>
constexpr bool needs_labels() {
    if constexpr (requires { M::uses_labels; })
        return M::uses_labels;
    else
        return false;
}

/// Makes a method of `List` by its name, on the encoder that `encoder` describes (see
/// encode::make_encoder). Errors: a name that no method of the list has, those of the encoder,
/// an encoder without two streams where the method needs them.
template <tensor T, class List = all<T>>
any_method<T> make_method(const std::string& name, const nn::scope& at, const nn::fact_map& encoder,
                          const method_settings& s = {}) {
    std::optional<any_method<T>> out;
    List::for_each([&](auto tag) {
        using M = typename decltype(tag)::type;
        if (out || name != M::name) return;
        if constexpr (std::constructible_from<M, const nn::scope&, const nn::fact_map&, int,
                                              no_views, const supervised_settings&>)
            out.emplace(std::make_unique<M>(at, encoder, s.classes, no_views{}, s.labels));
        else if constexpr (needs_labels<M>())
            out.emplace(std::make_unique<M>(at, encoder, s.classes));
        else
            out.emplace(std::make_unique<M>(at, encoder));
    });
    if (!out) throw error("make_method", "a method among " + method_names<List>(), name);
    return std::move(*out);
}

}  // namespace MGKIT_NAMESPACE::pretext
