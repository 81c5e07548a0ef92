// SPDX-License-Identifier: MIT
// Clips of micro-gesture length from an untrimmed recording.
#pragma once

#include "mgkit/clip/all.hpp"
#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/clip/no_cut.hpp"
#include "mgkit/clip/no_overlap.hpp"
#include "mgkit/clip/rejection.hpp"
#include "mgkit/clip/visible.hpp"

namespace MGKIT_NAMESPACE::clip {

/// Durations from the prior, starts even over the recording, kept if every frame shows the anchor
/// joints, one person is shown throughout and no clip kept before is touched. Settings, randomness,
/// cost and errors: `rejection`. Source: MG-FM, section 4.2; ours: `no_cut`.
using prior_sampler = rejection<duration_prior, all<visible<anchors>, no_cut, no_overlap>>;

}  // namespace MGKIT_NAMESPACE::clip
