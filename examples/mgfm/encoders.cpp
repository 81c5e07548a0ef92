// SPDX-License-Identifier: MIT
// Every encoder of the library on the program's tensors, compiled here and nowhere else.
#include "training.hpp"

namespace MGKIT_NAMESPACE::encode {

template any_encoder<mgfm::tensor> make_encoder<mgfm::tensor, all<mgfm::tensor>>(
    const nn::scope&, const nn::fact_map&);

}  // namespace MGKIT_NAMESPACE::encode
