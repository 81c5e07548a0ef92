// SPDX-License-Identifier: MIT
// Encoders at the sizes at which they are compared.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mgkit/encode/any_encoder.hpp"

namespace bench {

/// Clips of 64 frames, 25 joints, two persons, as the published codes have them.
inline mgkit::nn::fact_map published_clip() {
    return {{"channels", "3"},
            {"frames", "64"},
            {"joints", "25"},
            {"persons", "2"},
            {"graph", "ntu25"}};
}

/// Settings of one encoder: those of `wanted` that it has; what is not named has its default.
template <class Encoder>
mgkit::nn::fact_map settings_among(const mgkit::nn::fact_map& wanted) {
    mgkit::nn::fact_map out{{"encoder", Encoder::name}};
    typename Encoder::settings defaults;
    Encoder::settings::each_named(
        defaults, [&](const char* name, const auto&,
                      mgkit::encode::setting_role = mgkit::encode::setting_role::features) {
            if (const auto found = wanted.find(name); found != wanted.end()) out.insert(*found);
        });
    return out;
}

/// The same by name. Errors: no such encoder.
template <mgkit::tensor T>
mgkit::nn::fact_map settings_among(const std::string& encoder, const mgkit::nn::fact_map& wanted) {
    mgkit::nn::fact_map out;
    mgkit::encode::with_encoder<mgkit::encode::all<T>>(
        {{"encoder", encoder}}, "benchmark",
        [&](auto tag) { out = settings_among<typename decltype(tag)::type>(wanted); });
    return out;
}

}  // namespace bench
