// SPDX-License-Identifier: MIT
// Every augmentation of mgkit.
#pragma once

#include "mgkit/augment/confidence_corruption.hpp"
#include "mgkit/augment/crop_resize.hpp"
#include "mgkit/augment/frame_drop.hpp"
#include "mgkit/augment/joint_corruption.hpp"
#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/one_of.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/augment/rigid_motion.hpp"
#include "mgkit/augment/sequence.hpp"
#include "mgkit/augment/shear.hpp"
#include "mgkit/augment/speed_jitter.hpp"
#include "mgkit/augment/with_probability.hpp"
#include "mgkit/core/type_list.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Every stage, and each kind of composition once. Drives conformance tests and documentation.
using all =
    type_list<crop_resize, joint_corruption, shear, speed_jitter, frame_drop, confidence_corruption,
              rigid_motion, sequence<frame_drop, speed_jitter>, one_of<shear, rigid_motion>,
              with_probability<speed_jitter>, reference, mg_fm>;

}  // namespace MGKIT_NAMESPACE::augment
