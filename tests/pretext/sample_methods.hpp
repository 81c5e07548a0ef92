// Every method of the list on a small encoder that it can train.
#pragma once

#include <string>
#include <vector>

#include "mgkit/pretext/make_method.hpp"

namespace MGKIT_NAMESPACE::test {

/// Settings of an encoder for a method: the first of the list with two streams where it needs them,
/// else the last of the list.
template <class Method>
nn::fact_map encoder_for(const encode::clip_extents& clip) {
    using T = typename Method::tensor_type;
    nn::fact_map out;
    encode::all<T>::for_each([&](auto tag) {
        using E = typename decltype(tag)::type;
        const auto own = encode::facts_of(E::name, E::sample_settings(clip));
        if constexpr (!pretext::needs_two_streams<Method>())
            out = own;
        else if constexpr (encode::two_stream_encoder<E, T>)
            out = out.empty() ? own : out;
    });
    return out;
}

/// The method itself, not behind any_method.
template <class Method>
Method sample(const nn::scope& at, const encode::clip_extents& clip, int classes) {
    if constexpr (pretext::needs_labels<Method>())
        return Method(at, encoder_for<Method>(clip), classes);
    else
        return Method(at, encoder_for<Method>(clip));
}

/// Settings of an encoder for the method of this name.
template <tensor T>
nn::fact_map encoder_for(const std::string& method, const encode::clip_extents& clip) {
    nn::fact_map out;
    pretext::all<T>::for_each([&](auto tag) {
        using M = typename decltype(tag)::type;
        if (method == M::name) out = encoder_for<M>(clip);
    });
    return out;
}

template <tensor T>
std::vector<std::string> method_names() {
    std::vector<std::string> out;
    pretext::all<T>::for_each([&](auto tag) { out.emplace_back(decltype(tag)::type::name); });
    return out;
}

}  // namespace MGKIT_NAMESPACE::test
