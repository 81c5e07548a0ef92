// SPDX-License-Identifier: MIT
// Training methods by name.
// infrastructure
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "mgkit/pretext/any_method.hpp"
#include "mgkit/pretext/list.hpp"
#include "mgkit/pretext/method_settings.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Names of the methods in a list: "decorrelation, supervised".
template <class List>
std::string method_names() {
    std::string out;
    List::for_each([&out](auto tag) {
        out += (out.empty() ? "" : ", ") + std::string(decltype(tag)::type::name);
    });
    return out;
}

/// Calls `f(type_tag<M>{})` for the method M of `List` with this name. Errors: no such name, with
/// those that there are; `where` names the source.
template <class List, class F>
void with_method(const std::string& name, const std::string& where, F&& f) {
    bool found = false;
    List::for_each([&](auto tag) {
        if (found || name != decltype(tag)::type::name) return;
        found = true;
        f(tag);
    });
    if (!found) throw error(where, "a method among " + method_names<List>(), name);
}

/// The traits of the method of `List` with this name. Errors: no such name.
template <class List>
method_traits traits_of(const std::string& name) {
    method_traits out;
    with_method<List>(name, "traits_of", [&]<class M>(type_tag<M>) { out = traits_of<M>(); });
    return out;
}

/// What `made_of()` of a method made by name says, beside the method's name and its encoder: the
/// part of a run that is known before the method is made. Nothing where it does not say.
template <class M>
recipe words_of(const method_settings& s) {
    if constexpr (requires { M::default_words(s); })
        return M::default_words(s);
    else
        return {};
}
/// The same of the method of `List` with this name. Errors: no such name.
template <class List>
recipe words_of(const std::string& name, const method_settings& s) {
    recipe out;
    with_method<List>(name, "words_of", [&]<class M>(type_tag<M>) { out = words_of<M>(s); });
    return out;
}

/// Makes a method of this type, on the encoder that `encoder` describes. Errors: those of the
/// method.
template <class M>
std::unique_ptr<M> make_one(const nn::scope& at, const nn::fact_map& encoder,
                            const method_settings& s) {
    const auto make = [&](const auto&... classes) {
        if constexpr (requires { M::options_of(s); })
            return std::make_unique<M>(at, encoder, classes..., no_views{}, M::options_of(s));
        else
            return std::make_unique<M>(at, encoder, classes...);
    };
    if constexpr (traits_of<M>().uses_labels)
        return make(s.classes);
    else
        return make();
}

/// Makes a method of `List` by its name, on the encoder that `encoder` describes (see
/// encode::make_encoder). Errors: a name that no method of the list has, those of the encoder,
/// an encoder without the streams or the map that the method needs.
template <tensor T, class List = all<T>>
any_method<T> make_method(const std::string& name, const nn::scope& at, const nn::fact_map& encoder,
                          const method_settings& s = {}) {
    std::optional<any_method<T>> out;
    with_method<List>(name, "make_method",
                      [&]<class M>(type_tag<M>) { out.emplace(make_one<M>(at, encoder, s)); });
    return std::move(*out);
}

}  // namespace MGKIT_NAMESPACE::pretext
