// SPDX-License-Identifier: MIT
// Whether people in a set stay in place or walk about.
// infrastructure: no part of a sampler
#pragma once

#include <span>

#include "mgkit/clip/body_frame.hpp"
#include "mgkit/data/clip_set.hpp"

namespace MGKIT_NAMESPACE::clip {

/// How far the centre joint travels within a clip, in body sizes: diagonal of the box around its
/// positions over the distance of the scale pair; the median over the clips `indices`. Clips
/// without a usable body do not count; 0 if none is left.
///
/// Uses coordinates only, no labels, so it may be taken from the training side to choose a
/// preparation: below about one body size people stay in place, and positions relative to the clip
/// keep the movements of their torso (`reference_rule::per_clip`); beyond it they walk, their path
/// outweighs every gesture, and `per_frame` takes it out. Cost: one pass over the centre and the
/// scale pair.
double centre_travel(const preprocess_settings& settings, const data::clip_set& clips,
                     std::span<const int> indices);

}  // namespace MGKIT_NAMESPACE::clip

#if !defined(MGKIT_COMPILED)
#include "mgkit/clip/travel-inl.hpp"
#endif
