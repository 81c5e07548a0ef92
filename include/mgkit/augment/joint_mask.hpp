// SPDX-License-Identifier: MIT
// Some joints lost in some frames.
#pragma once

#include <algorithm>
#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/index_set.hpp"

namespace MGKIT_NAMESPACE::augment {

/// A number of joints or frames, uniform in {low .. high}.
struct count_range {
    int low = 0, high = 0;
};

/// Joint mask: random joints are lost in random frames (coordinates 0; invalid where there is a
/// confidence channel), the same joints in each of these frames and for all persons. Both numbers
/// are uniform in their range and at most what the clip has.
///
/// Frames are drawn one by one, not as a stretch; `joint_corruption` loses joints for the whole
/// clip. Shapes and length stay. Two draws and one per joint and frame masked. One pass.
/// Source: AS-CAL ("zero out joints"). Errors: ranges below 0 or with low above high.
struct joint_mask {
    static constexpr std::string_view name = "joint_mask";

    count_range joints{5, 15};
    count_range frames{50, 100};
    count_range short_frames{20, 50};  ///< in clips of fewer valid frames than `short_clip`
    int short_clip = 100;

    struct plan {
        index_set joints, frames;
        friend bool operator==(const plan&, const plan&) = default;
    };

    static joint_mask none() { return {.joints = {0, 0}}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        const auto clip = work.current();
        const auto persons = static_cast<std::size_t>(clip.shape.persons);
        for (int v = 0; v < clip.shape.joints; ++v) {
            if (!p.joints.contains(v)) continue;
            const std::size_t joint = static_cast<std::size_t>(v) * persons;
            for (int t = 0; t < clip.length; ++t)
                if (p.frames.contains(t))
                    for (int c = 0; c < skeleton::channels(clip.shape.layout); ++c)
                        std::fill_n(clip.row(c, t) + joint, persons, S(0));
        }
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/joint_mask-inl.hpp"
#endif
