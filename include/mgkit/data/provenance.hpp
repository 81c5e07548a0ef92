// SPDX-License-Identifier: MIT
// Where a data set comes from.
#pragma once

#include <string>

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/findings.hpp"

namespace MGKIT_NAMESPACE::data {

/// What the makers of a data set say about it; free text, may be empty.
struct provenance {
    std::string name, source, units, fps, licence, caveat;
    bool synthetic = false;  ///< generated, not recorded
    std::string generator;   ///< version of what generated it
    findings found;          ///< what making the set out of recordings assumed or left out
};

}  // namespace MGKIT_NAMESPACE::data
