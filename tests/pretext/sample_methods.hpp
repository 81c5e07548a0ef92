// SPDX-License-Identifier: MIT
// Every method of the list on a small encoder that it can train, behind one type: what a suite does
// with them is compiled once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "encode/sample_encoders.hpp"
#include "mgkit/pretext/make_method.hpp"

namespace MGKIT_NAMESPACE::test {

/// Settings for a few classes and batches: a queue that batches of six do not divide.
inline pretext::method_settings small_method(int classes) {
    return {.classes = classes, .queue = 10};
}

/// A method, and its objective on tensors that nothing is recorded of.
template <tensor T>
struct made_method {
    pretext::any_method<T> method;
    std::function<T(context&, const pretext::batch<T>&)> plain;
};

/// How many views a method is tried on that wants so many, or takes any number.
constexpr int tried_views(int wanted) {
    return wanted == 0 ? 2 : wanted;
}

template <tensor T>
struct sample_method {
    const char* name;
    pretext::method_traits traits;
    int views;  ///< that it is tried on
    made_method<T> (*make)(const nn::scope& at, const nn::fact_map& settings, int classes);
};

template <tensor T>
std::vector<sample_method<T>> sample_methods() {
    std::vector<sample_method<T>> out;
    pretext::all<T>::for_each([&out]<class M>(type_tag<M>) {
        static_assert(pretext::method<M>);
        constexpr pretext::method_traits traits = pretext::traits_of<M>();
        out.push_back({M::name, traits, tried_views(traits.wanted_views),
                       [](const nn::scope& at, const nn::fact_map& settings, int classes) {
                           std::unique_ptr<M> own =
                               pretext::make_one<M>(at, settings, small_method(classes));
                           M& method = *own;
                           return made_method<T>{
                               pretext::any_method<T>(std::move(own)),
                               [&method](context& ctx, const pretext::batch<T>& input) -> T {
                                   return method(ctx, input).loss;
                               }};
                       }});
    });
    return out;
}

/// Settings of an encoder for a method: the first of the list with two streams, or with a map
/// behind its feature, where it needs them, else the last of the list.
template <tensor T>
nn::fact_map encoder_for(const sample_method<T>& method, const encode::clip_extents& clip) {
    nn::fact_map out;
    const bool two = method.traits.two_streams, first = two || method.traits.needs_map;
    for (const auto& sample : sample_encoders<T>())
        if (!first || (out.empty() && (two ? sample.two_streams : sample.map)))
            out = sample.facts(clip);
    return out;
}

/// The same for the method of this name.
template <tensor T>
nn::fact_map encoder_for(const std::string& method, const encode::clip_extents& clip) {
    for (const auto& sample : sample_methods<T>())
        if (method == sample.name) return encoder_for<T>(sample, clip);
    return {};
}

/// How many views it is tried on.
template <tensor T>
int views_for(const std::string& method) {
    return tried_views(pretext::traits_of<pretext::all<T>>(method).wanted_views);
}

template <tensor T>
std::vector<std::string> method_names() {
    std::vector<std::string> out;
    for (const auto& sample : sample_methods<T>()) out.emplace_back(sample.name);
    return out;
}

}  // namespace MGKIT_NAMESPACE::test
