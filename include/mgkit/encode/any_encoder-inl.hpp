// SPDX-License-Identifier: MIT
// The encoders of the list on the default tensors, which the compiled form holds.
#pragma once

#include "mgkit/encode/any_encoder.hpp"

#if defined(MGKIT_COMPILED)
namespace MGKIT_NAMESPACE::encode {
template any_encoder<eigen::tensor<float>>
make_encoder<eigen::tensor<float>, all<eigen::tensor<float>>>(const nn::scope&,
                                                              const nn::fact_map&);
template any_encoder<eigen::tensor<double>>
make_encoder<eigen::tensor<double>, all<eigen::tensor<double>>>(const nn::scope&,
                                                                const nn::fact_map&);
}  // namespace MGKIT_NAMESPACE::encode
#endif
