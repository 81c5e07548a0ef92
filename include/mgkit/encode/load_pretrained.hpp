// SPDX-License-Identifier: MIT
// The encoders that come with the library, ready to use.
// infrastructure
#pragma once

#include <string_view>

#include "mgkit/encode/archive.hpp"
#include "mgkit/encode/pretrained.hpp"

namespace MGKIT_NAMESPACE::encode {

/// The library's encoder of that name, loaded as by `load_encoder(ctx, path)`; its digest is
/// checked before. Errors: those of pretrained_folder, find_pretrained, check_digest, load_encoder.
template <tensor T>
loaded_encoder<any_encoder<T>> load_pretrained(context& ctx, std::string_view name) {
    const auto one = find_pretrained(pretrained_encoders(), name);
    check_digest(one);
    return load_encoder<T>(ctx, one.file);
}
/// The same of the encoder that reads these joints: `load_pretrained<T>(ctx, body25_upper15{})`.
template <tensor T, skeleton::topology Topology>
loaded_encoder<any_encoder<T>> load_pretrained(context& ctx, const Topology& joints) {
    const auto one = find_pretrained(pretrained_encoders(), skeleton::dynamic::copy_of(joints));
    check_digest(one);
    return load_encoder<T>(ctx, one.file);
}

/// The encoder to start from, which reads the 41 joints of `upper_body` in 2-D.
template <tensor T>
loaded_encoder<any_encoder<T>> load_encoder(context& ctx) {
    return load_pretrained<T>(ctx, std::string_view("upper_body"));
}

}  // namespace MGKIT_NAMESPACE::encode
