// SPDX-License-Identifier: MIT
// Another body in another posture: limbs of other lengths, joints bent a little.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/detail/lanes.hpp"
#include "mgkit/skeleton/upper_body.hpp"

namespace MGKIT_NAMESPACE::augment {

/// What a pose augmentation does to the bone between a joint and its parent.
struct bone_change {
    int joint = 0;
    double lengthening = 0;          ///< the bone becomes 1 + lengthening times as long
    std::array<double, 3> angles{};  ///< about x, y, z as in view_perturbation; 2-D: the last one
    friend bool operator==(const bone_change&, const bone_change&) = default;
};

namespace detail {

inline constexpr std::size_t most_changed_bones = 96, most_tree_joints = 256;

/// One step from a parent to its child, which comes to lie at the parent's new place plus
/// map * (child - parent).
struct tree_step {
    int joint, parent;
    matrix3 map;
};

/// The steps of a tree, parents first, the roots left out.
struct bent_tree {
    std::size_t count = 0;
    std::array<tree_step, most_tree_joints> steps;

    /// Errors: more joints than there is room for, parents that form no tree, changes that are not
    /// finite or of joints that are not there.
    bent_tree(const std::vector<int>& parents, const bone_change* changes, std::size_t changed);
};

}  // namespace detail

/// Changes lengths of bones by 1 + U[-lengthening, lengthening) and turns each about its parent
/// joint by U[-rotation, rotation) in the image plane (2-D) or about x, y and z (3-D), down the
/// tree: what hangs on a bone moves and turns with it. Changes are the same in all frames and
/// persons, so that joints at rest stay at rest. Roots stay where they are.
///
/// Only bones of `limbs` change; every other joint keeps its place relative to its parent. `of`
/// takes all joints but roots and those of heads, faces and hands: a face moves and turns with the
/// nose, which hangs on a neck, fingers with their wrist. Left and right are drawn by themselves.
/// Where a joint's parent is invalid, its bone is the one to its nearest valid ancestor; without
/// any it stays where it is. A joint that comes and goes thus moves what hangs on it a little.
/// Invalid joints are neither read nor moved.
///
/// Shapes stay. 2 draws per limb in 2-D, 4 in 3-D. One pass, and about 2 ns per joint and frame.
/// Source: MG-FM-Skele (iMiGUE-3K) for the name, of which it says no more; the feeder of ISC calls
/// its shear so, and that is `shear` here. This reading, by what the words say, and its strengths
/// are ours and mild, as gestures differ by where the hand is: 10 % (a deviation of 6 %) and 3
/// degrees, which move a wrist by about as much, together by a tenth of the shoulders' width.
/// Errors: settings outside their ranges, a tree that is none or of more than 256 joints, more than
/// 96 limbs; clips of another number of joints unless `skip_others`.
struct pose_augmentation {
    static constexpr std::string_view name = "pose_augmentation";
    static constexpr std::size_t most_limbs = detail::most_changed_bones;
    using skeleton = mgkit::skeleton::upper_body;

    double lengthening = .1;               ///< largest share by which a limb changes, below 1
    double rotation = .05235987755982988;  ///< radians, at most pi
    /// Leave clips of another number of joints as they are instead of refusing them.
    bool skip_others = false;
    std::vector<int> parents{skeleton::parents.begin(), skeleton::parents.end()};
    std::vector<int> limbs = limbs_of(skeleton{});  ///< joints whose bones change

    struct plan {
        std::size_t count = 0;
        std::array<bone_change, most_limbs> bones{};  ///< the first `count` are meant
        friend bool operator==(const plan&, const plan&) = default;
    };

    /// For the joints of `t`, a topology known to the compiler or read at run time.
    template <mgkit::skeleton::topology T>
    static pose_augmentation of(const T& t) {
        pose_augmentation out;
        out.parents.assign(t.parents.begin(), t.parents.end());
        out.limbs = limbs_of(t);
        return out;
    }

    /// All joints but roots and those of heads, faces and hands, by the names of parts; where such
    /// a part hangs on the body by one joint, that one is a limb.
    template <mgkit::skeleton::topology T>
    static std::vector<int> limbs_of(const T& t) {
        const auto hangs_outside = [&](std::size_t j) {
            return t.part_of[static_cast<std::size_t>(t.parents[j])] != t.part_of[j];
        };
        std::vector<int> out;
        for (std::size_t j = 0; j < t.parents.size(); ++j) {
            if (t.parents[j] == static_cast<int>(j)) continue;
            const std::string_view part = t.part_names[static_cast<std::size_t>(t.part_of[j])];
            std::size_t entries = 0;
            for (std::size_t k = 0; k < t.parents.size(); ++k)
                entries += t.part_of[k] == t.part_of[j] && hangs_outside(k);
            if (!is_anchored(part) || (entries == 1 && hangs_outside(j)))
                out.push_back(static_cast<int>(j));
        }
        return out;
    }

    static pose_augmentation none() { return {.lengthening = 0, .rotation = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        if (p.count == 0) return;
        check_joints(work.shape().joints);
        const detail::bent_tree tree(parents, p.bones.data(), p.count);
        switch (work.shape().layout) {
            case mgkit::skeleton::channel_layout::xy:
                return bend<2, false>(tree, work);
            case mgkit::skeleton::channel_layout::xyz:
                return bend<3, false>(tree, work);
            case mgkit::skeleton::channel_layout::xyc:
                return bend<2, true>(tree, work);
            case mgkit::skeleton::channel_layout::xyzc:
                return bend<3, true>(tree, work);
        }
    }

private:
    static bool is_anchored(std::string_view part) {
        return part.find("hand") != part.npos || part.find("head") != part.npos ||
               part.find("face") != part.npos;
    }

    /// As many frames at a time as a register holds: joints become rows of frames and go back.
    template <std::size_t D, bool Confidence, class S>
    void bend(const detail::bent_tree& tree, workspace<S>& work) const {
        using V = detail::lanes<S>;
        constexpr std::size_t width = sizeof(V) / sizeof(S), channels = D + Confidence;
        const auto clip = work.current();
        const auto points = static_cast<std::size_t>(clip.shape.points());
        const auto persons = static_cast<std::size_t>(clip.shape.persons);
        // Of each point or, where it is invalid, of its nearest valid ancestor: its place before
        // and after, and whether there is one; then what to write.
        const std::size_t plane = points * width;
        const auto all = work.room((channels + D + (Confidence ? D : 0)) * plane);
        S* const before = all.data();
        S* const sure = before + D * plane;
        S* const after = before + channels * plane;
        S* const out = Confidence ? after + D * plane : after;
        for (int t = 0; t < clip.length; t += static_cast<int>(width)) {
            const std::size_t frames = std::min(width, static_cast<std::size_t>(clip.length - t));
            for (std::size_t c = 0; c < channels; ++c)
                detail::turn(clip.row(static_cast<int>(c), t), points, frames, points,
                             before + c * plane, width);
            for (std::size_t v = 0; v < parents.size(); ++v)
                if (parents[v] == static_cast<int>(v))
                    for (std::size_t c = 0; c < D; ++c) {
                        const std::size_t root = c * plane + v * persons * width;
                        std::copy_n(before + root, persons * width, after + root);
                        if (Confidence) std::copy_n(before + root, persons * width, out + root);
                    }
            for (std::size_t i = 0; i < tree.count; ++i)
                for (std::size_t m = 0; m < persons; ++m) {
                    const auto place = [&](int joint) {
                        return (static_cast<std::size_t>(joint) * persons + m) * width;
                    };
                    const std::size_t at = place(tree.steps[i].joint),
                                      from = place(tree.steps[i].parent);
                    V now[D], step[D];
                    for (std::size_t c = 0; c < D; ++c)
                        step[c] = detail::load<V>(before + c * plane + at) -
                                  detail::load<V>(before + c * plane + from);
                    for (std::size_t r = 0; r < D; ++r) {
                        now[r] = detail::load<V>(after + r * plane + from);
                        for (std::size_t c = 0; c < D; ++c)
                            now[r] += static_cast<S>(tree.steps[i].map[r][c]) * step[c];
                    }
                    if constexpr (!Confidence) {
                        for (std::size_t r = 0; r < D; ++r)
                            detail::store(after + r * plane + at, now[r]);
                        continue;
                    }
                    const V zero{}, own = detail::load<V>(sure + at),
                                    above = detail::load<V>(sure + from);
                    const auto valid = own > zero;
                    const auto hangs = above > zero;
                    for (std::size_t r = 0; r < D; ++r) {
                        S* const was = before + r * plane;
                        S* const is = after + r * plane;
                        const V place_now = hangs ? now[r] : detail::load<V>(was + at);
                        detail::store(out + r * plane + at,
                                      V(valid ? place_now : detail::load<V>(was + at)));
                        detail::store(is + at, V(valid ? place_now : detail::load<V>(is + from)));
                        detail::store(was + at, V(valid ? detail::load<V>(was + at)
                                                        : detail::load<V>(was + from)));
                    }
                    detail::store(sure + at, V(valid ? own : above));
                }
            for (std::size_t c = 0; c < D; ++c)
                detail::turn(out + c * plane, width, points, frames,
                             clip.row(static_cast<int>(c), t), points);
        }
    }

    void check_joints(int joints) const;
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/pose_augmentation-inl.hpp"
#endif
