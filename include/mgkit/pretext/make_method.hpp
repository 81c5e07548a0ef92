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
    int queue = 0;  ///< embeddings that a method of momentum keeps; 0: as many as it does by itself
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

/// Whether a method needs an encoder whose feature is the mean of a map (encode::mapping_encoder).
template <class M>
constexpr bool needs_feature_map() {
    if constexpr (requires { M::needs_map; })
        return M::needs_map;
    else
        return false;
}

/// How many views of a clip a method reads; 0: any number from two on.
template <class M>
constexpr int wanted_views() {
    if constexpr (requires { M::wanted_views; })
        return M::wanted_views;
    else
        return 0;
}
/// The same of the method of `List` with this name; 0 where there is none.
template <class List>
int wanted_views(const std::string& name) {
    int out = 0;
    List::for_each([&](auto tag) {
        using M = typename decltype(tag)::type;
        if (name == M::name) out = wanted_views<M>();
    });
    return out;
}

/// Makes a method of this type, on the encoder that `encoder` describes. Errors: those of the
/// method.
template <class M>
std::unique_ptr<M> make_one(const nn::scope& at, const nn::fact_map& encoder,
                            const method_settings& s) {
    if constexpr (std::constructible_from<M, const nn::scope&, const nn::fact_map&, int, no_views,
                                          const supervised_settings&>)
        return std::make_unique<M>(at, encoder, s.classes, no_views{}, s.labels);
    else if constexpr (needs_labels<M>())
        return std::make_unique<M>(at, encoder, s.classes);
    else if constexpr (requires { typename M::momentum_options; }) {
        typename M::momentum_options how;
        if (s.queue != 0) M::queue_of(how) = s.queue;
        return std::make_unique<M>(at, encoder, no_views{}, how);
    } else
        return std::make_unique<M>(at, encoder);
}

/// Makes a method of `List` by its name, on the encoder that `encoder` describes (see
/// encode::make_encoder). Errors: a name that no method of the list has, those of the encoder,
/// an encoder without the streams or the map that the method needs.
template <tensor T, class List = all<T>>
any_method<T> make_method(const std::string& name, const nn::scope& at, const nn::fact_map& encoder,
                          const method_settings& s = {}) {
    std::optional<any_method<T>> out;
    List::for_each([&](auto tag) {
        using M = typename decltype(tag)::type;
        if (out || name != M::name) return;
        out.emplace(make_one<M>(at, encoder, s));
    });
    if (!out) throw error("make_method", "a method among " + method_names<List>(), name);
    return std::move(*out);
}

}  // namespace MGKIT_NAMESPACE::pretext
