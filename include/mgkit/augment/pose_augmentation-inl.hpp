// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/pose_augmentation.hpp"

#include <algorithm>

#include "mgkit/augment/body_turns.hpp"
#include "mgkit/augment/draws.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

namespace detail {

MGKIT_INLINE matrix3 product(const matrix3& a, const matrix3& b) {
    matrix3 out{};
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t k = 0; k < 3; ++k) out[r][c] += a[r][k] * b[k][c];
    return out;
}

MGKIT_INLINE bent_tree::bent_tree(const std::vector<int>& parents, const bone_change* changes,
                                  std::size_t changed) {
    constexpr std::string_view stage = pose_augmentation::name;
    constexpr double pi = 3.1415926535897936;
    const std::size_t joints = parents.size();
    const auto there = [&](int joint) { return joint >= 0 && joint < static_cast<int>(joints); };
    check_setting(stage, "joints of the tree", static_cast<double>(joints), 1, most_tree_joints);
    check_setting(stage, "bones of the plan", static_cast<double>(changed), 0, most_changed_bones);
    for (std::size_t i = 0; i < changed; ++i) {
        if (!there(changes[i].joint))
            throw error("augment::pose_augmentation", text("joints below ", joints),
                        text("joint ", changes[i].joint), "draw the plan for this clip");
        check_setting(stage, "lengthening of the plan", changes[i].lengthening, -1, 1);
        for (const double angle : changes[i].angles)
            check_setting(stage, "angle of the plan", angle, -pi, pi);
    }
    std::array<matrix3, most_tree_joints> turns;
    std::array<bool, most_tree_joints> reached{};
    // Parents may stand behind their children: as many rounds as it takes.
    for (std::size_t found = 0; found < joints;) {
        const std::size_t before = found;
        for (std::size_t v = 0; v < joints; ++v) {
            if (reached[v]) continue;
            const int parent = parents[v];
            if (!there(parent))
                throw error("augment::pose_augmentation", text("parents below ", joints),
                            text(parent), "take the parents of a skeleton");
            const bool root = parent == static_cast<int>(v);
            if (!root && !reached[static_cast<std::size_t>(parent)]) continue;
            reached[v] = true;
            ++found;
            turns[v] = root ? identity3 : turns[static_cast<std::size_t>(parent)];
            if (root) continue;
            double length = 1;
            for (std::size_t i = 0; i < changed; ++i) {
                if (changes[i].joint != static_cast<int>(v)) continue;
                turns[v] = product(turns[v], turns_from_z({changes[i].angles}));
                length *= 1 + changes[i].lengthening;
            }
            tree_step& step = steps[count++];
            step = {static_cast<int>(v), parent, turns[v]};
            for (auto& row : step.map)
                for (double& entry : row) entry *= length;
        }
        if (found == before)
            throw error("augment::pose_augmentation", "parents that form a tree",
                        "joints that no root leads to", "take the parents of a skeleton");
    }
}

}  // namespace detail

MGKIT_INLINE void pose_augmentation::check_joints(int joints) const {
    if (parents.size() != static_cast<std::size_t>(joints))
        throw error("augment::pose_augmentation", text("clips of ", parents.size(), " joints"),
                    text(joints, " joints"), "use pose_augmentation::of(topology of the clips)");
}

MGKIT_INLINE pose_augmentation::plan pose_augmentation::draw(random_stream& stream,
                                                             const clip_info& info) const {
    detail::check_setting(name, "lengthening", lengthening, 0, .99);
    detail::check_setting(name, "rotation", rotation, 0, 3.1415926535897936);
    detail::check_setting(name, "limbs", static_cast<double>(limbs.size()), 0, most_limbs);
    plan p;
    if (!(lengthening > 0) && !(rotation > 0)) return p;
    if (skip_others && parents.size() != static_cast<std::size_t>(info.shape.joints)) return p;
    check_joints(info.shape.joints);
    const int dimension = mgkit::skeleton::coordinates(info.shape.layout);
    for (const int limb : limbs) {
        bone_change& bone = p.bones[p.count++];
        bone.joint = limb;
        bone.lengthening = draw_within(stream, lengthening);
        for (std::size_t axis = dimension == 2 ? 2 : 0; axis < 3; ++axis)
            bone.angles[axis] = draw_within(stream, rotation);
    }
    return p;
}

}  // namespace MGKIT_NAMESPACE::augment
