// SPDX-License-Identifier: MIT
// What the files of other codes call the values of a graph network.
// infrastructure
#pragma once

#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::encode {

/// PYSKL's name for what the encoder called `encoder` calls `ours`: its ST-GCN and AAGCN are those
/// of other codes, whose names mgkit has. Names of other encoders are the same.
std::string pyskl_name(std::string_view encoder, const std::string& ours);

}  // namespace MGKIT_NAMESPACE::encode

#if !defined(MGKIT_COMPILED)
#include "mgkit/encode/reference_names-inl.hpp"
#endif
