// SPDX-License-Identifier: MIT
// Joints that the pose estimator was unsure of are lost or bent more often.
#pragma once

#include <string_view>

#include "mgkit/augment/joint_corruption.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Confidence-aware joint corruption: joint j is hit with probability
/// min(1, base + gain (1 - mean confidence of j over the clip)), each joint on its own; the joints
/// hit are erased or mapped as `joint_corruption` does. Without a confidence channel every joint
/// counts as certain: probability `base`.
///
/// Shapes stay. One draw per joint, then as `joint_corruption`. Costs no pass of its own;
/// `workspace::describe` computes the means once per clip.
/// Source: named without parameters for MG-FM-Skele (iMiGUE-3K); the form and the strengths are
/// ours. With base .05 and gain .5 a joint seen with confidence .3 is hit in 40 % of the views.
/// Errors: settings outside [0, 1].
struct confidence_corruption {
    static constexpr std::string_view name = "confidence_corruption";
    static constexpr bool uses_confidence = true;

    double base = .05;        ///< probability for a joint of confidence 1
    double gain = .5;         ///< added for a joint of confidence 0
    double erase_share = .5;  ///< probability of erasing rather than mapping

    using plan = joint_damage;

    static confidence_corruption none() { return {.base = 0, .gain = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        p.apply(work);
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/confidence_corruption-inl.hpp"
#endif
