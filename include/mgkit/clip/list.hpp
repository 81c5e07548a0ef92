// SPDX-License-Identifier: MIT
// Every proposal and every constraint of a sampler, one line each, and the sampler made of them.
#pragma once

#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/clip/no_cut.hpp"
#include "mgkit/clip/no_overlap.hpp"
#include "mgkit/clip/prior_sampler.hpp"
#include "mgkit/clip/rejection.hpp"
#include "mgkit/clip/visible.hpp"
#include "mgkit/clip/whole_person.hpp"
#include "mgkit/core/type_list.hpp"

namespace MGKIT_NAMESPACE::clip {

using proposals = type_list<duration_prior>;

/// Drives conformance tests and documentation.
using constraints = type_list<visible<anchors>, whole_person, no_cut, no_overlap>;

}  // namespace MGKIT_NAMESPACE::clip
