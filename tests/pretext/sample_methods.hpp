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

/// A method, and its objective on tensors that nothing is recorded of.
template <tensor T>
struct made_method {
    pretext::any_method<T> method;
    std::function<T(context&, const pretext::batch<T>&)> plain;
};

template <tensor T>
struct sample_method {
    const char* name;
    bool two_streams;  ///< whether it needs them
    bool needs_labels;
    made_method<T> (*make)(const nn::scope& at, const nn::fact_map& settings, int classes);
};

template <tensor T>
std::vector<sample_method<T>> sample_methods() {
    std::vector<sample_method<T>> out;
    pretext::all<T>::for_each([&out]<class M>(type_tag<M>) {
        static_assert(pretext::method<M>);
        out.push_back({M::name, pretext::needs_two_streams<M>(), pretext::needs_labels<M>(),
                       [](const nn::scope& at, const nn::fact_map& settings, int classes) {
                           std::unique_ptr<M> own;
                           if constexpr (pretext::needs_labels<M>())
                               own = std::make_unique<M>(at, settings, classes);
                           else
                               own = std::make_unique<M>(at, settings);
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

/// Settings of an encoder for methods: the first of the list with two streams where they need them,
/// else the last of the list.
template <tensor T>
nn::fact_map encoder_for(bool two_streams, const encode::clip_extents& clip) {
    nn::fact_map out;
    for (const auto& sample : sample_encoders<T>())
        if (!two_streams || (sample.two_streams && out.empty())) out = sample.facts(clip);
    return out;
}

/// The same for the method of this name.
template <tensor T>
nn::fact_map encoder_for(const std::string& method, const encode::clip_extents& clip) {
    for (const auto& sample : sample_methods<T>())
        if (method == sample.name) return encoder_for<T>(sample.two_streams, clip);
    return {};
}

template <tensor T>
std::vector<std::string> method_names() {
    std::vector<std::string> out;
    for (const auto& sample : sample_methods<T>()) out.emplace_back(sample.name);
    return out;
}

}  // namespace MGKIT_NAMESPACE::test
