// SPDX-License-Identifier: MIT
// Pre-processing of a whole set.
// infrastructure: no part of a sampler
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "mgkit/clip/body_frame.hpp"
#include "mgkit/data/clip_set.hpp"

namespace MGKIT_NAMESPACE::clip {

/// A pre-processed set and why clips were left out of it.
struct prepared_set {
    data::clip_set clips;
    std::array<int, 5> count{};           ///< clips by clip_fault; count[0] were kept
    std::vector<std::uint32_t> excluded;  ///< ids of the clips left out

    /// "2 without ..." for each fault that occurred, or an empty string.
    std::string left_out() const;
};

/// `preprocess` applied to every clip of a set.
///
/// The result holds its own values, N C T' V M, and keeps ids, labels, subjects, split and
/// skeleton. Clips that cannot be used are left out and counted. Labels are not needed.
/// Errors: as `data::check`, but lengths of 0 are left out and counted; as `preprocess`;
/// mgkit::error if leaving clips out empties the set, a class or a side of the published split.
/// Randomness: none; the result does not depend on `threads`. Cost: N C V M (T + T'), and memory
/// for the result.
prepared_set prepare(const preprocess_settings& settings, const data::clip_set& clips,
                     int threads = 1);

}  // namespace MGKIT_NAMESPACE::clip

#if !defined(MGKIT_COMPILED)
#include "mgkit/clip/prepare-inl.hpp"
#endif
