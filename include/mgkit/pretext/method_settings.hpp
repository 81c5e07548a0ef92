// SPDX-License-Identifier: MIT
// What a program states of a method that it makes by name.
// infrastructure
#pragma once

#include "mgkit/pretext/supervised_settings.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// What a method may need beside its encoder.
struct method_settings {
    int classes = 0;               ///< of the labels, for methods that use them
    supervised_settings labels{};  ///< how these learn from them
    int queue = 0;  ///< embeddings that a method of momentum keeps; 0: as many as it does by itself
};

}  // namespace MGKIT_NAMESPACE::pretext
