// SPDX-License-Identifier: MIT
// The one refusal of missing labels.
// infrastructure
#pragma once

#include <cstddef>
#include <string>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data {

/// Refuses clips that have not one label each; `labels` counts what was handed in. Everything that
/// looks at labels says it in these words.
inline void require_labels(const std::string& where, std::size_t clips, std::size_t labels) {
    if (labels != clips)
        throw error(where, text("a label for each of ", clips, " clips"), text(labels),
                    "label the clips, or use what needs no labels");
}

}  // namespace MGKIT_NAMESPACE::data
