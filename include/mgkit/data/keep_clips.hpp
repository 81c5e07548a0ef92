// SPDX-License-Identifier: MIT
// Leaving clips out without emptying a class or a side of the split.
#pragma once

#include <span>
#include <string>

#include "mgkit/data/clip_set.hpp"

namespace MGKIT_NAMESPACE::data {

/// The clips `kept` of a set, in that order.
///
/// Leaving out is refused where it would empty the set, a class that has clips, or a side of the
/// published split that has clips. `where` and `left_out` ("3 without frames") speak in the error.
/// Unlabelled clips have no classes to empty. Errors: also mgkit::error for arrays that have not
/// one entry per clip, labels outside the classes, an index out of range. Cost: N.
clip_set keep_clips(const clip_set& clips, std::span<const int> kept, const std::string& where,
                    const std::string& left_out);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/keep_clips-inl.hpp"
#endif
