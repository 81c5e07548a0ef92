// SPDX-License-Identifier: MIT
// A stage that needs the skeleton: left and right change places, on clips of one skeleton; clips of
// others stay as they are.
// entry: augment/list.hpp all mgkit::toys::mirror_kinect20
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "mgkit/augment/concept.hpp"
#include "mgkit/skeleton/kinect20.hpp"

namespace MGKIT_NAMESPACE::toys {

struct mirror_kinect20 {
    static constexpr std::string_view name = "mirror_kinect20";
    static constexpr bool moves_joints = true;
    using skeleton = mgkit::skeleton::kinect20;
    double probability = .5;

    struct plan {
        bool mirrored = false;
        friend bool operator==(const plan&, const plan&) = default;
    };

    static mirror_kinect20 none() { return {.probability = 0}; }

    plan draw(random_stream& stream, const augment::clip_info&) const {
        return {stream.uniform() < probability};
    }

    template <class S>
    void apply(const plan& p, augment::workspace<S>& work) const {
        if (!p.mirrored || work.shape().joints != mgkit::skeleton::joint_count(skeleton{})) return;
        const auto clip = work.current();
        for (int c = 0; c < mgkit::skeleton::channels(clip.shape.layout); ++c)
            for (int t = 0; t < clip.length; ++t)
                for (int m = 0; m < clip.shape.persons; ++m)
                    for (int v = 0; v < clip.shape.joints; ++v) {
                        const int other = skeleton::mirror[static_cast<std::size_t>(v)];
                        if (other > v) std::swap(clip.at(c, t, v, m), clip.at(c, t, other, m));
                    }
    }
};

}  // namespace MGKIT_NAMESPACE::toys
