// SPDX-License-Identifier: MIT
// What tells two clip sets apart, array by array.
// infrastructure
#pragma once

#include "mgkit/core/digest.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/data/clip_set.hpp"

namespace MGKIT_NAMESPACE::data {

/// Digests of everything in a clip set that can reach a result, each array by itself. The name of
/// the set, where it lies and what its makers say about it do not count; nor do what clips of
/// others bring about: frames of zeros at the end, which a longer array has more of, and names of
/// classes that no clip has.
struct clip_digests {
    digest coordinates;  ///< all values up to the last frame that is not 0 throughout
    digest shape, skeleton, classes, lengths, ids, labels, subjects, views, split;

    friend bool operator==(const clip_digests&, const clip_digests&) = default;
};

namespace detail {

digest digest_of(const skeleton::dynamic& s);

}  // namespace detail

/// The values of one clip, up to the last frame that is not 0 throughout; its length does not
/// count. Cost: one pass over them.
digest digest_of(const skeleton::pose_view<const float>& clip);

/// Cost: one pass over all values, about 8 GB/s of one core where they lie in memory.
clip_digests digests_of(const clip_set& clips);

/// The digests as parts of what a result was made of.
recipe recipe_of(const clip_digests& d);

/// All digests as one.
digest digest_of(const clip_digests& d);
digest digest_of(const clip_set& clips);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/clip_digests-inl.hpp"
#endif
