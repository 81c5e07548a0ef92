// SPDX-License-Identifier: MIT
// Ready compositions of published methods, and bridges to their conventions.
// infrastructure: names for compositions
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

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
#include "mgkit/augment/one_of.hpp"
#include "mgkit/augment/pose_augmentation.hpp"
#include "mgkit/augment/posterize_time.hpp"
#include "mgkit/augment/rigid_motion.hpp"
#include "mgkit/augment/rotation.hpp"
#include "mgkit/augment/sequence.hpp"
#include "mgkit/augment/shear.hpp"
#include "mgkit/augment/speed_jitter.hpp"
#include "mgkit/augment/stretch.hpp"
#include "mgkit/augment/temporal_crop.hpp"
#include "mgkit/augment/time_reversal.hpp"
#include "mgkit/augment/with_probability.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::augment {

/// The pre-training feeder of USDRL: crop-resize, then with equal chance joint corruption (erase or
/// map with equal chance) or shear. Default settings are the published ones.
using reference = sequence<crop_resize, one_of<joint_corruption, shear>>;

/// The set of gesture augmentations that dual-stream micro-gesture learning found best on iMiGUE,
/// each always applied. The paper names the set and no order: spatial, then perturbation, then
/// temporal is our reading. Its two views of a clip are two draws: `n_views<2, mg_gestures>`.
using mg_gestures = sequence<stretch, coordinate_perturbation, posterize_time>;

/// MG-FM-Skele: the reference feeder and what the iMiGUE-3K paper names beside it.
///
/// The paper gives neither order, strengths nor probabilities: crops go down to 16 frames
/// (`crop_resize::mg`), the additional stages happen with probability .5 each, strengths are
/// documented at the stages. What changes the body stands before what an estimator gets wrong of
/// it, so that bones are those of joints that were seen.
///
/// The pose augmentation knows the bones of `upper_body`, the joints of MG-FM, and `mg_fm{}` leaves
/// it out on clips of another number of joints; `mg_fm::of(topology)` is for those, and refuses
/// clips that are not of it. The draws of the other stages are the same with it and without.
struct mg_fm {
    using sequence_type =
        sequence<crop_resize, with_probability<speed_jitter>, with_probability<frame_drop>,
                 with_probability<pose_augmentation>, one_of<joint_corruption, shear>,
                 with_probability<confidence_corruption>, with_probability<rigid_motion>>;

    static constexpr std::string_view name = sequence_type::name;
    static constexpr bool uses_confidence = sequence_type::uses_confidence;

    using plan = sequence_type::plan;

    sequence_type stages = for_micro_gestures();

    template <std::size_t I>
    auto& get() {
        return stages.get<I>();
    }
    template <class A>
    A& get() {
        return stages.get<A>();
    }

    /// For the joints of `t`, a topology known to the compiler or read at run time.
    template <skeleton::topology T>
    static mg_fm of(const T& t) {
        mg_fm out;
        out.get<with_probability<pose_augmentation>>().stage = pose_augmentation::of(t);
        return out;
    }

    static mg_fm none() { return {sequence_type::none()}; }

    plan draw(random_stream& stream, const clip_info& info) const {
        return stages.draw(stream, info);
    }
    clip_info after(const clip_info& info) const { return stages.after(info); }
    template <class S>
    void apply(const plan& plans, workspace<S>& work) const {
        stages.apply(plans, work);
    }

private:
    static sequence_type for_micro_gestures();
};

/// `reference` with its crop shortened to min_crop frames at least; clips shorter than that are
/// taken whole.
reference reference_preset(int min_crop = 64);

/// The same as `mg_fm{}`.
inline mg_fm mg_fm_preset() {
    return {};
}

/// Both views of SkeletonCLR, and the normal ones of AimCLR: temporal crop by a sixth, then shear
/// of strength .5.
struct skeletonclr : sequence<temporal_crop, shear> {
    using sequence_type = sequence<temporal_crop, shear>;

    skeletonclr();
    explicit skeletonclr(sequence_type stages) : sequence_type(std::move(stages)) {}
    static skeletonclr none() { return skeletonclr(sequence_type::none()); }
};

/// The extreme view of AimCLR, its eight stages in the order of its code: temporal crop, shear of
/// strength .5, mirror, rotation, time reversal, noise, blur, axis mask. All but the first two and
/// the rotation happen with probability .5. The blur is as published, not normalised.
///
/// The mirror is NTU's and refuses other skeletons: `aimclr_extreme(topology)`.
struct aimclr_extreme
    : sequence<temporal_crop, shear, mirror, rotation, time_reversal,
               with_probability<gaussian_noise>, with_probability<gaussian_blur>, axis_mask> {
    using sequence_type =
        sequence<temporal_crop, shear, mirror, rotation, time_reversal,
                 with_probability<gaussian_noise>, with_probability<gaussian_blur>, axis_mask>;
    using skeleton = mirror::skeleton;

    aimclr_extreme();
    explicit aimclr_extreme(sequence_type stages) : sequence_type(std::move(stages)) {}
    template <mgkit::skeleton::topology T>
    explicit aimclr_extreme(const T& t) : aimclr_extreme() {
        get<mirror>() = mirror::of(t);
    }
    static aimclr_extreme none() { return aimclr_extreme(sequence_type::none()); }
};

/// Both views of AS-CAL in its best setting: time reversal with probability .5, then shear of
/// strength 1. That every frame is first measured from joint 1 is preparation, not done here.
using ascal = sequence<time_reversal, shear>;

/// What dual-stream micro-gesture learning measures its own augmentations against: those of earlier
/// work on actions, of which one is drawn for each view, or always the same by `only`.
///
/// | the paper's name | here |
/// |---|---|
/// | coordinate attack | `joint_corruption`, always mapped by a matrix, never erased |
/// | viewpoint attack | `rotation` about one axis by up to 30 degrees |
/// | drop node | `joint_mask` |
/// | symmetry | `mirror` with probability .5, left and right exchanged |
/// | drop frames | `frame_drop` |
///
/// The mirror is NTU's: clips of other skeletons are refused, drawn or not, unless it is left out.
/// `prior(topology)` is for those. Distance augmentation, which the paper cites and does not
/// measure, is `rigid_motion` without rotation and translation.
/// Source: figure 9 there, one at a time; it names them and gives no settings. Joints shaken by
/// ISC, the rotation and joint mask of AS-CAL and the mirror of AimCLR are what it cites or what
/// goes by the name; frames dropped are filled as in `frame_drop`, whose fraction is ours.
struct prior : one_of<joint_corruption, rotation, joint_mask, mirror, frame_drop> {
    using choice_type = one_of<joint_corruption, rotation, joint_mask, mirror, frame_drop>;
    using skeleton = mirror::skeleton;

    prior();
    explicit prior(choice_type stages) : choice_type(std::move(stages)) {}
    template <mgkit::skeleton::topology T>
    explicit prior(const T& t) : prior() {
        get<mirror>() = mirror::of(t);
    }
    static prior none() { return prior(choice_type::none()); }

    /// The same set of which A alone is drawn.
    template <class A>
    prior only() const {
        static_assert(chosen<A, joint_corruption> + chosen<A, rotation> + chosen<A, joint_mask> +
                              chosen<A, mirror> + chosen<A, frame_drop> ==
                          1,
                      "mgkit: prior has no such stage: take one of those that it lists");
        prior out = *this;
        out.weights = {chosen<A, joint_corruption>, chosen<A, rotation>, chosen<A, joint_mask>,
                       chosen<A, mirror>, chosen<A, frame_drop>};
        return out;
    }

    plan draw(random_stream& stream, const clip_info& info) const;

private:
    template <class A, class B>
    static constexpr double chosen = std::is_same_v<A, B> ? 1. : 0.;
};

/// The clip as the reference treats it: every channel a coordinate, none a confidence. For parity.
/// Errors: xyzc, as no layout has four coordinates.
template <class S>
skeleton::pose_view<S> raw_channels(skeleton::pose_view<S> clip) {
    if (clip.shape.layout == skeleton::channel_layout::xyzc)
        throw error("augment::raw_channels", "two or three channels", "xyzc",
                    "drop the confidence first");
    if (clip.shape.layout == skeleton::channel_layout::xyc)
        clip.shape.layout = skeleton::channel_layout::xyz;
    return clip;
}

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/presets-inl.hpp"
#endif
