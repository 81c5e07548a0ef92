// SPDX-License-Identifier: MIT
// Every augmentation of mgkit.
#pragma once

#include "mgkit/augment/axis_mask.hpp"
#include "mgkit/augment/confidence_corruption.hpp"
#include "mgkit/augment/coordinate_perturbation.hpp"
#include "mgkit/augment/crop_resize.hpp"
#include "mgkit/augment/frame_drop.hpp"
#include "mgkit/augment/gaussian_blur.hpp"
#include "mgkit/augment/gaussian_noise.hpp"
#include "mgkit/augment/joint_corruption.hpp"
#include "mgkit/augment/joint_mask.hpp"
#include "mgkit/augment/mirror.hpp"
#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/one_of.hpp"
#include "mgkit/augment/pose_augmentation.hpp"
#include "mgkit/augment/posterize_time.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/augment/repeat_clip.hpp"
#include "mgkit/augment/reverse_clip.hpp"
#include "mgkit/augment/rigid_motion.hpp"
#include "mgkit/augment/rotation.hpp"
#include "mgkit/augment/sequence.hpp"
#include "mgkit/augment/shear.hpp"
#include "mgkit/augment/speed_jitter.hpp"
#include "mgkit/augment/stretch.hpp"
#include "mgkit/augment/temporal_crop.hpp"
#include "mgkit/augment/time_reversal.hpp"
#include "mgkit/augment/view_perturbation.hpp"
#include "mgkit/augment/with_probability.hpp"
#include "mgkit/core/type_list.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Every stage, and each kind of composition once. Drives conformance tests and documentation.
using all = type_list<crop_resize, joint_corruption, shear, speed_jitter, frame_drop,
                      confidence_corruption, rigid_motion, coordinate_perturbation,
                      view_perturbation, repeat_clip, reverse_clip, posterize_time, stretch,
                      temporal_crop, time_reversal, rotation, mirror, gaussian_noise, gaussian_blur,
                      axis_mask, joint_mask, pose_augmentation, sequence<frame_drop, speed_jitter>,
                      one_of<shear, rigid_motion>, with_probability<speed_jitter>, reference, mg_fm,
                      mg_gestures, skeletonclr, aimclr_extreme, prior>;

}  // namespace MGKIT_NAMESPACE::augment
