// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/clip/identity.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "mgkit/core/parallel.hpp"
#include "mgkit/skeleton/joint_name.hpp"

namespace MGKIT_NAMESPACE::clip {

namespace detail {

MGKIT_COLD_INLINE std::vector<int> parents_before(std::span<const int> parents) {
    const auto v = parents.size();
    std::vector<int> out;
    std::vector<bool> placed(v);
    // Each round places the children of those placed before; a tree needs at most V rounds.
    for (std::size_t round = 0; round < v && out.size() < v; ++round)
        for (std::size_t j = 0; j < v; ++j) {
            const int parent = parents[j];
            if (placed[j] || parent < 0 || static_cast<std::size_t>(parent) >= v) continue;
            if (static_cast<std::size_t>(parent) != j && !placed[static_cast<std::size_t>(parent)])
                continue;
            placed[j] = true;
            out.push_back(static_cast<int>(j));
        }
    if (out.size() != v)
        throw error("clip::bone_normaliser", "parents that make a tree",
                    text(v - out.size(), " joints without a way to the root"),
                    "make skeletons with dynamic::from_bones");
    return out;
}

MGKIT_COLD_INLINE void check_lengths(const std::string& where, const bone_lengths& lengths,
                                     int joints) {
    if (lengths.size() != static_cast<std::size_t>(joints))
        throw error(where, text("a length for each of ", joints, " joints"), text(lengths.size()));
    for (std::size_t j = 0; j < lengths.size(); ++j)
        if (!(lengths[j] >= 0 && std::isfinite(lengths[j])))
            throw error(where, "finite lengths of 0 or more", text(lengths[j], " at joint ", j));
}

/// The skeleton of the joints `kept`; `place` is the new number of each joint, -1 where it is gone.
MGKIT_COLD_INLINE skeleton::dynamic kept_skeleton(const skeleton::dynamic& of,
                                                  const std::vector<int>& kept,
                                                  const std::vector<int>& place,
                                                  const std::string& name) {
    const auto now = [&](int j) { return place[static_cast<std::size_t>(j)]; };
    std::vector<std::string> joints;
    std::vector<skeleton::joint_pair> bones;
    std::vector<int> tops;
    for (const int j : kept) {
        joints.push_back(of.joints[static_cast<std::size_t>(j)]);
        int at = j, above = of.parents[static_cast<std::size_t>(j)];
        while (above != at && now(above) < 0) {
            at = above;
            above = of.parents[static_cast<std::size_t>(at)];
        }
        if (above != at)
            bones.push_back({now(j), now(above)});
        else
            tops.push_back(j);
    }
    if (tops.size() != 1)
        throw error("clip::without_face", "a skeleton that holds together without its face",
                    text(tops.size(), " parts of ", of.name),
                    "convert to a skeleton with a neck first");
    skeleton::dynamic_hints hints;
    if (now(of.centre) >= 0) hints.centre = now(of.centre);
    if (now(of.scale_pair.first) >= 0 && now(of.scale_pair.second) >= 0)
        hints.scale_pair = {now(of.scale_pair.first), now(of.scale_pair.second)};
    auto out = skeleton::dynamic::from_bones(name, std::move(joints), bones, hints);
    skeleton::dynamic own = out;
    own.part_names.clear();
    own.part_of.clear();
    own.anchors.clear();
    for (std::size_t k = 0; k < kept.size(); ++k) {
        const auto j = static_cast<std::size_t>(kept[k]);
        const int other = now(of.mirror[j]);
        own.mirror[k] = other < 0 ? static_cast<int>(k) : other;
        const std::string& part = of.part_names[static_cast<std::size_t>(of.part_of[j])];
        const auto known = std::find(own.part_names.begin(), own.part_names.end(), part);
        own.part_of.push_back(static_cast<int>(known - own.part_names.begin()));
        if (known == own.part_names.end()) own.part_names.push_back(part);
    }
    for (const int a : of.anchors)
        if (now(a) >= 0) own.anchors.push_back(now(a));
    return skeleton::fault(own) == nullptr ? own : out;
}

}  // namespace detail

MGKIT_COLD_INLINE std::vector<int> face_joints(const skeleton::dynamic& of) {
    std::vector<int> out;
    for (std::size_t j = 0; j < of.joints.size(); ++j) {
        const auto name = skeleton::parse_joint_name(of.joints[j]);
        const bool by_name =
            skeleton::part_by_name(name) == "head" && !name.base.starts_with("head");
        const auto part =
            j < of.part_of.size() ? static_cast<std::size_t>(of.part_of[j]) : of.part_names.size();
        if (by_name || (part < of.part_names.size() && of.part_names[part] == "face"))
            out.push_back(static_cast<int>(j));
    }
    return out;
}

MGKIT_COLD_INLINE data::clip_set without_face(const data::clip_set& clips) {
    data::check(clips);
    const auto face = face_joints(clips.topology);
    if (face.empty()) return clips;
    std::vector<int> kept, place(clips.topology.joints.size(), -1);
    for (int j = 0; j < clips.shape.joints; ++j)
        if (!std::binary_search(face.begin(), face.end(), j)) {
            place[static_cast<std::size_t>(j)] = static_cast<int>(kept.size());
            kept.push_back(j);
        }
    if (kept.empty())
        throw error("clip::without_face", "joints beside those of the face",
                    text("none of ", clips.topology.name));
    data::clip_set out = clips;
    out.topology =
        detail::kept_skeleton(clips.topology, kept, place, clips.topology.name + " without face");
    out.shape.joints = static_cast<int>(kept.size());
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(clips.size()) * out.shape.size());
    const auto persons = static_cast<std::size_t>(clips.shape.persons);
    for (int i = 0; i < clips.size(); ++i) {
        const auto view = clips.clip(i);
        for (int c = 0; c < skeleton::channels(view.shape.layout); ++c)
            for (int t = 0; t < view.shape.frames; ++t)
                for (const int j : kept) {
                    const float* const at = view.row(c, t) + static_cast<std::size_t>(j) * persons;
                    values.insert(values.end(), at, at + persons);
                }
    }
    out.set_values(std::move(values));
    return out;
}

MGKIT_COLD_INLINE bone_lengths mean_bone_lengths(const data::clip_set& clips,
                                                 std::span<const int> indices) {
    constexpr auto where = "clip::mean_bone_lengths";
    data::check(clips);
    if (indices.empty()) throw error(where, "at least one clip", "none");
    struct seen {
        double sum = 0;
        std::int64_t count = 0;
    };
    const auto joints = clips.topology.parents.size();
    std::map<int, std::vector<seen>> people;
    for (const int i : indices) {
        if (i < 0 || i >= clips.size())
            throw error(where, text("clips from 0 to ", clips.size(), " - 1"), text(i));
        auto& own = people[clips.subjects[static_cast<std::size_t>(i)]];
        own.resize(joints);
        const auto view = clips.clip(i);
        for (int t = 0; t < view.length; ++t)
            for (std::size_t j = 0; j < joints; ++j) {
                const int v = static_cast<int>(j), parent = clips.topology.parents[j];
                for (int m = 0; m < view.shape.persons; ++m) {
                    if (parent == v || !view.valid(t, v, m) || !view.valid(t, parent, m)) continue;
                    const double length = detail::distance(detail::position(view, t, v, m),
                                                           detail::position(view, t, parent, m));
                    if (!std::isfinite(length))
                        throw error(where, "finite coordinates",
                                    text("clip ", i, ", joint ", v, " of frame ", t));
                    own[j].sum += length;
                    ++own[j].count;
                }
            }
    }
    bone_lengths out(joints);
    for (std::size_t j = 0; j < joints; ++j) {
        int counted = 0;
        for (const auto& [person, own] : people)
            if (own[j].count > 0) {
                out[j] += own[j].sum / static_cast<double>(own[j].count);
                ++counted;
            }
        if (counted > 0) out[j] /= counted;
    }
    return out;
}

MGKIT_COLD_INLINE normalised_bones normalise_bones(const data::clip_set& clips,
                                                   const bone_lengths& lengths, int threads) {
    data::check(clips);
    const bone_normaliser normalise(clips.topology, lengths);
    const auto n = static_cast<std::size_t>(clips.size());
    std::vector<float> values(n * clips.shape.size());
    std::vector<unnormalised> met(n);
    parallel_for(threads, clips.size(), [&](std::ptrdiff_t i) {
        const auto k = static_cast<std::size_t>(i);
        const auto view = clips.clip(static_cast<int>(i));
        met[k] = normalise(view, pose_view<float>{values.data() + k * clips.shape.size(),
                                                  clips.shape, view.length});
    });
    normalised_bones out{clips, {}};
    out.clips.set_values(std::move(values));
    for (const unnormalised& m : met) {
        out.met.hidden_parents += m.hidden_parents;
        out.met.without_direction += m.without_direction;
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::clip
