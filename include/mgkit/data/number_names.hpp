// SPDX-License-Identifier: MIT
// Subjects and recordings that are called by names, numbered.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data {

/// Names as numbers; `names[numbers[i]]` is the i-th name.
struct numbered_names {
    std::vector<int> numbers;
    std::vector<std::string> names;  ///< each once, in order of first appearance
};

/// Numbers names from 0 on in order of first appearance. Equal names are equal numbers; letters of
/// another case are other names. Cost: N log N.
numbered_names number_names(std::span<const std::string> names);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/number_names-inl.hpp"
#endif
