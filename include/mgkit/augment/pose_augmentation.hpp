// SPDX-License-Identifier: MIT
// Another body in another posture: limbs of other lengths, joints bent a little.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "mgkit/augment/concept.hpp"
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
/// Shapes stay. 2 draws per limb in 2-D, 4 in 3-D. One pass, and about 7 ns per joint and frame.
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
        const auto clip = work.current();
        if (mgkit::skeleton::coordinates(clip.shape.layout) == 2)
            bend<2>(tree, clip);
        else
            bend<3>(tree, clip);
    }

private:
    static bool is_anchored(std::string_view part) {
        return part.find("hand") != part.npos || part.find("head") != part.npos ||
               part.find("face") != part.npos;
    }

    template <std::size_t D, class S>
    static void bend(const detail::bent_tree& tree, const mgkit::skeleton::pose_view<S>& clip) {
        constexpr std::size_t most = detail::most_tree_joints;
        const auto joints = static_cast<std::size_t>(clip.shape.joints);
        const auto persons = static_cast<std::size_t>(clip.shape.persons);
        std::array<std::array<S, D * D>, most> maps;
        for (std::size_t i = 0; i < tree.count; ++i)
            for (std::size_t k = 0; k < D * D; ++k)
                maps[i][k] = static_cast<S>(tree.steps[i].map[k / D][k % D]);
        std::array<std::array<S, most>, D> was;
        std::array<int, most> seen;  // the nearest valid joint at or above each, or -1
        for (int t = 0; t < clip.length; ++t)
            for (std::size_t m = 0; m < persons; ++m) {
                std::array<S*, D> now;
                for (std::size_t c = 0; c < D; ++c) {
                    now[c] = clip.row(static_cast<int>(c), t) + m;
                    for (std::size_t v = 0; v < joints; ++v) was[c][v] = now[c][v * persons];
                }
                const S* const sure = mgkit::skeleton::has_confidence(clip.shape.layout)
                                          ? clip.row(static_cast<int>(D), t) + m
                                          : nullptr;
                for (std::size_t v = 0; v < joints; ++v)
                    seen[v] =
                        sure == nullptr || sure[v * persons] > S(0) ? static_cast<int>(v) : -1;
                for (std::size_t i = 0; i < tree.count; ++i) {
                    const auto joint = static_cast<std::size_t>(tree.steps[i].joint);
                    const int above = seen[static_cast<std::size_t>(tree.steps[i].parent)];
                    if (seen[joint] < 0) seen[joint] = above;
                    if (above < 0 || seen[joint] == above) continue;
                    const auto from = static_cast<std::size_t>(above);
                    for (std::size_t r = 0; r < D; ++r) {
                        S to = now[r][from * persons];
                        for (std::size_t c = 0; c < D; ++c)
                            to += maps[i][r * D + c] * (was[c][joint] - was[c][from]);
                        now[r][joint * persons] = to;
                    }
                }
            }
    }

    void check_joints(int joints) const;
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/pose_augmentation-inl.hpp"
#endif
