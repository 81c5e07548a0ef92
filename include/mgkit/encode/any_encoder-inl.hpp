// SPDX-License-Identifier: MIT
// Definitions of any_encoder.hpp, and what the compiled form holds: the library's encoders on the
// default tensors.
#pragma once

#include "mgkit/encode/any_encoder.hpp"

namespace MGKIT_NAMESPACE::encode {

MGKIT_COLD_INLINE void require_encoder(const nn::fact_map& settings, const std::string& names,
                                       const std::string& where) {
    const auto name = settings.find("encoder");
    if (name == settings.end() ||
        (", " + names + ",").find(", " + name->second + ",") == std::string::npos)
        throw error(where, "an encoder among " + names,
                    name == settings.end() ? std::string("none named") : name->second);
}

#if defined(MGKIT_COMPILED)
namespace detail {
template struct encoder_factory<eigen::tensor<float>,
                                filtered_list<all<eigen::tensor<float>>, published>>;
template struct encoder_factory<eigen::tensor<double>,
                                filtered_list<all<eigen::tensor<double>>, published>>;
}  // namespace detail
#endif

}  // namespace MGKIT_NAMESPACE::encode
