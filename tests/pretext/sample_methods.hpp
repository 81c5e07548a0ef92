// Every method of the list on a small encoder that it can train.
#pragma once

#include <string>
#include <vector>

#include "mgkit/pretext/make_method.hpp"

namespace test {

/// Settings of an encoder for a method: the first of the list with two streams where it needs them,
/// else the last of the list.
template <class Method>
mgkit::nn::fact_map encoder_for(const mgkit::encode::clip_extents& clip) {
    using T = typename Method::tensor_type;
    mgkit::nn::fact_map out;
    mgkit::encode::all<T>::for_each([&](auto tag) {
        using E = typename decltype(tag)::type;
        const auto own = mgkit::encode::facts_of(E::name, E::sample_settings(clip));
        if constexpr (!mgkit::pretext::needs_two_streams<Method>())
            out = own;
        else if constexpr (mgkit::encode::two_stream_encoder<E, T>)
            out = out.empty() ? own : out;
    });
    return out;
}

/// The method itself, not behind any_method.
template <class Method>
Method sample(const mgkit::nn::scope& at, const mgkit::encode::clip_extents& clip, int classes) {
    if constexpr (mgkit::pretext::needs_labels<Method>())
        return Method(at, encoder_for<Method>(clip), classes);
    else
        return Method(at, encoder_for<Method>(clip));
}

/// Settings of an encoder for the method of this name.
template <mgkit::tensor T>
mgkit::nn::fact_map encoder_for(const std::string& method,
                                const mgkit::encode::clip_extents& clip) {
    mgkit::nn::fact_map out;
    mgkit::pretext::all<T>::for_each([&](auto tag) {
        using M = typename decltype(tag)::type;
        if (method == M::name) out = encoder_for<M>(clip);
    });
    return out;
}

template <mgkit::tensor T>
std::vector<std::string> method_names() {
    std::vector<std::string> out;
    mgkit::pretext::all<T>::for_each(
        [&](auto tag) { out.emplace_back(decltype(tag)::type::name); });
    return out;
}

}  // namespace test
