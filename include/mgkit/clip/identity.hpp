// SPDX-License-Identifier: MIT
// What tells people apart in a skeleton, taken away: the face, and the lengths of bones.
// infrastructure: no part of a sampler
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/clip/body_frame.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::clip {

/// Joints of the face, in rising order: those of a part "face", and those whose name says so (nose,
/// eyes, ears, brows, mouth, lips, chin, jaw). A head that is one joint is none.
std::vector<int> face_joints(const skeleton::dynamic& of);

/// The clips without the joints of their faces, of a skeleton that is named so.
///
/// What hung on the face hangs on the nearest joint above it that stays. Centre and scale pair stay
/// where their joints do, else they are chosen as for any skeleton (dynamic::from_bones); mirror
/// and parts stay; anchors of the face are gone, so that visibility asks nothing of it. Clips
/// without such joints come back as they are. Values that stay are copied, M persons alike. Errors:
/// as data::check; mgkit::error where no joint is left, or where the face ties the rest together
/// (root is the nose, and there is no neck). Cost: the memory of the result.
data::clip_set without_face(const data::clip_set& clips);

/// Length of the bone from each joint to its parent, in units of the clips; 0 for the root and for
/// bones of which nothing is known.
using bone_lengths = std::vector<double>;

/// Mean lengths over people: of each person the mean over frames that show both ends, of all of his
/// clips among `indices`, and of those the mean. A person who never shows a bone does not count for
/// it. In two coordinates these are lengths as they are seen, shorter than the bones.
/// Errors: as data::check; mgkit::error for no clips, an index out of range, coordinates of valid
/// joints that are not finite. Cost: C T V M per clip.
bone_lengths mean_bone_lengths(const data::clip_set& clips, std::span<const int> indices);

/// What normalising met that it cannot normalise; both are carried along unchanged in their offset.
struct unnormalised {
    std::int64_t hidden_parents = 0;     ///< visible joints below a hidden one
    std::int64_t without_direction = 0;  ///< visible joints on their parent, or of unknown length

    friend bool operator==(const unnormalised&, const unnormalised&) = default;
};

namespace detail {

/// Joints so that parents come before their children. Errors: parents that are no tree.
std::vector<int> parents_before(std::span<const int> parents);

/// Errors: lengths that are not one per joint, negative or not finite.
void check_lengths(const std::string& where, const bone_lengths& lengths, int joints);

}  // namespace detail

/// Gives every bone of every frame the length that `lengths` say, down the tree: the root stays in
/// its place, directions of bones stay, positions follow.
///
/// A visible joint below a hidden one keeps its offset from the nearest visible joint above it, and
/// with it something of the person; where there is none above, its place. So does, beside its
/// parent, a joint that lies on it or whose bone has no known length. Both are counted. Hidden
/// joints, confidences and padding are copied. Twice is the same as once, but for rounding;
/// positions are added up in double.
///
/// With two coordinates a bone that points to the camera becomes as long as any other: lengths as
/// seen carry depth, and that goes too.
/// Shapes: in and out C T V M, equal, distinct memory. Errors: mgkit::error for shapes or joints
/// that do not fit, lengths that are negative or not finite, coordinates that are not finite.
/// Randomness: none. Cost: C T V M.
class bone_normaliser {
public:
    template <skeleton::topology T>
    bone_normaliser(const T& t, bone_lengths lengths)
        : lengths_(std::move(lengths)), parents_(t.parents.begin(), t.parents.end()) {
        order_ = detail::parents_before(parents_);
        detail::check_lengths("clip::bone_normaliser", lengths_, skeleton::joint_count(t));
    }

    const bone_lengths& lengths() const { return lengths_; }

    template <class S>
    unnormalised operator()(pose_view<const S> in, pose_view<S> out) const {
        constexpr auto where = "clip::bone_normaliser";
        if (in.shape != out.shape || in.values == out.values)
            throw error(where, "another clip of the same shape to write to",
                        in.shape != out.shape ? "another shape" : "the clip itself");
        if (in.shape.joints != static_cast<int>(parents_.size()))
            throw error(where, text(parents_.size(), " joints"), text(in.shape.joints),
                        "use the topology of the data");
        if (in.length < 0 || in.length > in.shape.frames)
            throw error(where, text("at most ", in.shape.frames, " valid frames"), text(in.length));
        std::copy(in.values, in.values + in.shape.size(), out.values);
        unnormalised met;
        placed work{std::vector<std::array<double, 3>>(parents_.size()),
                    std::vector<std::array<double, 3>>(parents_.size()),
                    std::vector<int>(parents_.size())};
        for (int t = 0; t < in.length; ++t)
            for (int m = 0; m < in.shape.persons; ++m) frame(in, out, t, m, work, met);
        return met;
    }

private:
    struct placed {
        std::vector<std::array<double, 3>> from, to;
        std::vector<int> seen;  ///< nearest visible joint, from each joint upwards; -1: none
    };

    template <class S>
    void frame(pose_view<const S> in, pose_view<S> out, int t, int m, placed& work,
               unnormalised& met) const {
        const int dims = skeleton::coordinates(in.shape.layout);
        for (const int v : order_) {
            const auto j = static_cast<std::size_t>(v);
            const int parent = parents_[j];
            const int above = parent == v ? -1 : work.seen[static_cast<std::size_t>(parent)];
            work.seen[j] = in.valid(t, v, m) ? v : above;
            if (work.seen[j] != v) continue;
            auto& from = work.from[j] = detail::position(in, t, v, m);
            for (const double x : from)
                if (!std::isfinite(x))
                    throw error("clip::bone_normaliser", "finite coordinates",
                                text("joint ", v, " of frame ", t));
            auto& to = work.to[j] = from;
            if (parent == v) continue;
            if (above != parent) ++met.hidden_parents;
            if (above < 0) continue;
            const auto& base = work.from[static_cast<std::size_t>(above)];
            const double length = detail::distance(from, base);
            double factor = 1;
            if (above == parent) {
                if (length > 0 && lengths_[j] > 0)
                    factor = lengths_[j] / length;
                else
                    ++met.without_direction;
            }
            for (std::size_t d = 0; d < 3; ++d)
                to[d] = work.to[static_cast<std::size_t>(above)][d] + factor * (from[d] - base[d]);
            for (int c = 0; c < dims; ++c)
                out.at(c, t, v, m) = static_cast<S>(to[static_cast<std::size_t>(c)]);
        }
    }

    bone_lengths lengths_;
    std::vector<int> parents_, order_;
};

/// Clips whose bones have given lengths.
struct normalised_bones {
    data::clip_set clips;
    unnormalised met;  ///< over all clips
};

/// `bone_normaliser` applied to every clip of a set. For training people and people who are tested
/// take the lengths of the former: mean_bone_lengths(clips, split.train).
///
/// Lengths go, what they did to the movement stays: who reaches for the same place with longer arms
/// bends them more, and angles between bones say so. Ask probe::reidentify what is left.
/// Errors: as data::check and bone_normaliser. The result does not depend on `threads`.
normalised_bones normalise_bones(const data::clip_set& clips, const bone_lengths& lengths,
                                 int threads = 1);

}  // namespace MGKIT_NAMESPACE::clip

#if !defined(MGKIT_COMPILED)
#include "mgkit/clip/identity-inl.hpp"
#endif
