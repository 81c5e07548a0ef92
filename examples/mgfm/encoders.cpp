// SPDX-License-Identifier: MIT
// Every encoder of the library on the program's tensors, compiled here where the library's compiled
// form does not hold them.
#if !defined(MGKIT_COMPILED)
#include "training.hpp"

namespace MGKIT_NAMESPACE::encode {

template any_encoder<mgfm::tensor> make_encoder<mgfm::tensor, all<mgfm::tensor>>(
    const nn::scope&, const nn::fact_map&);

}  // namespace MGKIT_NAMESPACE::encode
#endif
