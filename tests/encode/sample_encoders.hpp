// SPDX-License-Identifier: MIT
// Every encoder of the list behind one type, with the settings of its sample: what a suite does
// with them is compiled once.
#pragma once

#include <string>
#include <vector>

#include "mgkit/encode/any_encoder.hpp"

namespace MGKIT_NAMESPACE::test {

template <tensor T>
struct sample_encoder {
    const char* name;
    bool two_streams;
    bool map;  ///< behind the feature, see mapping_encoder
    nn::fact_map (*facts)(const encode::clip_extents& clip);  ///< what it is made from

    encode::any_encoder<T> make(const nn::scope& at, const encode::clip_extents& clip) const {
        return encode::make_encoder<T>(at, facts(clip));
    }
};

template <tensor T>
std::vector<sample_encoder<T>> sample_encoders() {
    std::vector<sample_encoder<T>> out;
    encode::all<T>::for_each([&out]<class E>(type_tag<E>) {
        static_assert(encode::trainable_encoder<E, T>);
        out.push_back({E::name, encode::two_stream_encoder<E, T>, encode::mapping_encoder<E, T>,
                       [](const encode::clip_extents& clip) {
                           return encode::facts_of(E::name, E::sample_settings(clip));
                       }});
    });
    return out;
}

}  // namespace MGKIT_NAMESPACE::test
