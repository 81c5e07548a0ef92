// SPDX-License-Identifier: MIT
// How clips enter an encoder that a file describes.
// infrastructure
#pragma once

#include <string>

#include "mgkit/data/clip_set.hpp"
#include "mgkit/encode/clip_input.hpp"
#include "mgkit/encode/description.hpp"

namespace MGKIT_NAMESPACE::encode {

/// What a description must state where recordings are fed to the encoder: joints, channels,
/// preparation. Errors: one that leaves any of them open; `where` names its file.
void require_stated_input(const description& about, const std::string& where);

/// The input that the described encoder reads from `clips`: its frames, stream and confidence
/// channel. What the description leaves open is as in input_settings. Clips are prepared before, by
/// `about.prepared`.
/// Errors: clips of another skeleton or other channels than the encoder was made for, with every
/// difference in one mgkit::error; a number of frames that is none. Cost: constant.
clip_input input_for(const description& about, const data::clip_set& clips);
/// The same of clips of a shape, whose joints are `topology`'s.
clip_input input_for(const description& about, const skeleton::dynamic& topology,
                     const skeleton::pose_shape& shape);

}  // namespace MGKIT_NAMESPACE::encode

#if !defined(MGKIT_COMPILED)
#include "mgkit/encode/input_for-inl.hpp"
#endif
