// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/presets.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE mg_fm::sequence_type mg_fm::for_micro_gestures() {
    sequence_type out;
    out.get<crop_resize>() = crop_resize::mg();
    out.get<with_probability<pose_augmentation>>().stage.skip_others = true;
    return out;
}

MGKIT_INLINE reference reference_preset(int min_crop) {
    reference stages;
    stages.get<crop_resize>().min_crop = min_crop;
    return stages;
}

MGKIT_INLINE skeletonclr::skeletonclr() {
    get<shear>().strength = .5;
}

MGKIT_INLINE aimclr_extreme::aimclr_extreme() {
    get<shear>().strength = .5;
}

MGKIT_INLINE prior::prior() {
    get<joint_corruption>().erase_share = 0;
    get<rotation>().other_angle = 0;
}

MGKIT_INLINE prior::plan prior::draw(random_stream& stream, const clip_info& info) const {
    // Whether a clip is refused does not hang on what is drawn.
    if (weights[3] > 0) {
        random_stream unused = stream;
        get<mirror>().draw(unused, info);
    }
    return choice_type::draw(stream, info);
}

}  // namespace MGKIT_NAMESPACE::augment
