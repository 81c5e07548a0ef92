// SPDX-License-Identifier: MIT
// Left and right change places.
#pragma once

#include <string_view>
#include <vector>

#include "mgkit/augment/concept.hpp"
#include "mgkit/skeleton/ntu25.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Exchanges the joints of left and right with probability `probability`, in all frames and
/// persons; confidences go with their joints. The published flip leaves coordinates as they are;
/// with `reflect` x becomes -x too, as in a mirror through the origin.
///
/// Which joints are partners depends on the skeleton: `mirror::of(topology)`; the default is NTU's.
/// Shapes stay. One draw. One pass, and one over the joints that move.
/// Source: AimCLR ("spatial flip"). Errors: a probability outside [0, 1]; clips of another number
/// of joints than partners, whether exchanged or not.
struct mirror {
    static constexpr std::string_view name = "mirror";
    static constexpr bool moves_joints = true;
    using skeleton = mgkit::skeleton::ntu25;

    double probability = .5;
    bool reflect = false;  ///< x changes its sign as well
    /// The joint on the other side of each joint; itself on the midline.
    std::vector<int> partners{skeleton::mirror.begin(), skeleton::mirror.end()};

    struct plan {
        bool mirrored = false;
        friend bool operator==(const plan&, const plan&) = default;
    };

    /// For the joints of `t`, a topology known to the compiler or read at run time.
    template <mgkit::skeleton::topology T>
    static mirror of(const T& t) {
        mirror out;
        out.partners.assign(t.mirror.begin(), t.mirror.end());
        return out;
    }

    static mirror none() { return {.probability = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        if (!p.mirrored) return;
        work.exchange(partners);
        if (!reflect) return;
        affine_map map;
        map.linear[0][0] = -1;
        work.transform(map);
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/mirror-inl.hpp"
#endif
